import { createInterface } from "node:readline";
import { nameOf } from "./project-name.js";
import { Refusal } from "./refusal.js";

/** Asks for a name until it is one. `undefined` if there is no answer: Ctrl+C, Ctrl+D. */
export async function askTarget(input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
  const prompt = "Name of the project: (my-app) ";
  const lines = createInterface({ input, output, prompt });
  let isClosed = false;
  lines.once("close", () => {
    isClosed = true;
  });
  // An input that has ended has lines that are not read yet.
  const ask = () => void (isClosed ? output.write(prompt) : lines.prompt());
  ask();
  try {
    for await (const line of lines) {
      const target = line.trim() || "my-app";
      try {
        nameOf(target);
        return target;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        output.write(`${error.message}\n`);
        ask();
      }
    }
    return undefined;
  } finally {
    lines.close();
  }
}
