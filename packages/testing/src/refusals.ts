import { SluiceError } from "@sluice/contract";
import { errorTable, isBuiltInCode, shown } from "@sluice/contract/internal";
import type { RaisableCode } from "@sluice/server";

/** How often. */
export interface RefuseOptions {
  /** How many are refused: a whole number, or `Infinity`. Default: 1. */
  readonly times?: number;
}

/** What is refused, the oldest first. */
export interface Refusals<Key> {
  add(key: Key, error: SluiceError, options?: RefuseOptions): void;
  /** The error of the next refusal, which is used up by this. */
  take(key: Key): SluiceError | undefined;
}

export function createRefusals<Key>(): Refusals<Key> {
  const all = new Map<Key, { readonly error: SluiceError; left: number }[]>();
  return {
    add(key, error, { times = 1 } = {}) {
      if (!(times === Number.POSITIVE_INFINITY || (Number.isInteger(times) && times > 0))) {
        throw new RangeError(
          `refuse: times is ${shown(times)}; allowed are whole numbers of at least 1, and Infinity.`,
        );
      }
      all.set(key, [...(all.get(key) ?? []), { error, left: times }]);
    },
    take(key) {
      const next = all.get(key)?.[0];
      if (next && --next.left === 0) all.get(key)?.shift();
      return next?.error;
    },
  };
}

/**
 * A built-in error that a server, or what stands before it, answers.
 *
 * @throws TypeError for anything else.
 */
export function builtInError(given: RaisableCode | SluiceError, caller: string): SluiceError {
  const code = SluiceError.is(given) ? given.code : given;
  if (isBuiltInCode(code) && errorTable[code][2] === "http") {
    const { message, issues, retryAfter = 0 } = SluiceError.is(given) ? given : new SluiceError(code);
    return new SluiceError(code, { message, issues, retryAfter }); // or a server would ask for a second of patience
  }
  const allowed = Object.entries(errorTable).flatMap(([each, [, , raisedBy]]) => (raisedBy === "http" ? [each] : []));
  throw new TypeError(`${caller}: ${shown(code)} is no error of a server; allowed are ${allowed.join(", ")}.`);
}

/** PROTOCOL §3. */
export function problemResponse({ code, message, status, retryAfter }: SluiceError): Response {
  const problem = { type: "about:blank", title: message, status, code, detail: message };
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (retryAfter !== undefined) headers["retry-after"] = String(Math.ceil(retryAfter / 1_000));
  return new Response(JSON.stringify(problem), { status, headers });
}
