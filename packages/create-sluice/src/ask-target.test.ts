import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { askTarget } from "./ask-target.js";

async function answer(lines: string) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  input.end(lines);
  const target = await askTarget(input, output);
  return { target, shown: String(output.read()) };
}

it("takes the answer, or its proposal", async () => {
  expect(await answer("live\n")).toEqual({ target: "live", shown: "Name of the project: (my-app) " });
  expect((await answer("\n")).target).toBe("my-app");
});

it("says what is wrong with a name, and asks again", async () => {
  const { target, shown } = await answer("My App\nmine\n");
  expect(target).toBe("mine");
  expect(shown).toContain(`"My App" can't be the name of a package`);
  expect(shown.match(/Name of the project/g)).toHaveLength(2);
});

it("has no name if the input ends", async () => {
  expect((await answer("")).target).toBeUndefined();
});
