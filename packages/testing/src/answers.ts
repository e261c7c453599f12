import { type AnyMutation, type AnyQuery, type OutputOf, ValidationError } from "@sluice/contract";
import { encodeJson } from "@sluice/contract/internal";
import { type Handler, type HandlerArgs, SluiceError } from "@sluice/server";

/** What a test answers to a query or mutation: its output, or a function as a router's `handler` takes. */
export type Answer<P extends AnyQuery | AnyMutation> = OutputOf<P> | Handler<P, {}>;

type AnyHandler = (args: HandlerArgs<AnyQuery, {}>) => unknown;

/** The answers that a test has given, by path. */
export interface Answers {
  /** @throws TypeError for an output that doesn't fit. */
  set(procedure: AnyQuery | AnyMutation, answer: unknown): void;
  /** The handler of a router, for a procedure. */
  handlerOf(procedure: AnyQuery | AnyMutation): AnyHandler;
}

export function createAnswers(): Answers {
  const all = new Map<string, AnyHandler>();
  return {
    set(procedure, answer) {
      if (typeof answer !== "function") checkOutput(procedure, answer);
      all.set(procedure.path, typeof answer === "function" ? (answer as AnyHandler) : () => answer);
    },
    handlerOf(procedure) {
      return (args) => {
        const answer = all.get(procedure.path);
        if (answer) return answer(args);
        const error = unanswered(procedure, args.input);
        // The component may not show it, and the test would only say what it waited for in vain.
        console.error(error.message);
        throw error;
      };
    },
  };
}

/** Of a code that nobody retries. */
function unanswered({ path, kind }: AnyQuery | AnyMutation, input: unknown): SluiceError {
  const asked = input === undefined ? "" : ` with ${JSON.stringify(input)}`;
  const message = `The ${kind} "${path}" was called${asked}, and the test has no answer: write server.answer(contract.${path.replaceAll("/", ".")}, …).`;
  return new SluiceError("notFound", { message });
}

function checkOutput({ path, output }: AnyQuery | AnyMutation, given: unknown): void {
  if (!output) {
    if (given === undefined) return;
    throw new TypeError(`answer(): "${path}" has no output; leave the answer out, or give a function.`);
  }
  try {
    encodeJson(output, given);
  } catch (cause) {
    if (!(cause instanceof ValidationError)) throw cause;
    throw new TypeError(`answer(): the output of "${path}" is invalid: ${cause.message}`, { cause });
  }
}
