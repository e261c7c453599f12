import type { ClientOptions } from "./client-options.js";
import { maxDelay } from "./platform/clock.js";
import { checkUrl } from "./url-option.js";

type Rule = readonly [holds: (given: unknown) => boolean, allowed: string, isRequired?: boolean];

type Rules = Readonly<Record<string, Rule>>;

const isObject = (given: unknown) => typeof given === "object" && given !== null;
const aFlag: Rule = [(given) => typeof given === "boolean", "true or false"];
const anObject: Rule = [isObject, "an object"];
const isFunction = (given: unknown) => typeof given === "function";
const aFunction: Rule = [isFunction, "a function"];
const required: Rule = [isFunction, "a function", true];
const from = (least: number, unit: string): Rule => [
  (given) => typeof given === "number" && given >= least && given <= maxDelay,
  `a number of ${unit} from ${least} to ${maxDelay}`,
];
/** Checked in another way. */
const unchecked: Rule = [() => true, ""];
const milliseconds = (least: number) => from(least, "milliseconds");

// Functions, so that bundlers see that nothing is lost without them.
const clientRules = (): Readonly<Record<keyof ClientOptions, Rule>> => ({
  id: [(given) => typeof given === "string" && given !== "", "a text that is not empty"],
  url: unchecked,
  headers: unchecked,
  fetch: aFunction,
  credentials: [
    (given) => given === "omit" || given === "same-origin" || given === "include",
    '"omit", "same-origin" or "include"',
  ],
  onUnauthorized: aFunction,
  retry: anObject,
  connectTimeout: milliseconds(1),
  linger: milliseconds(0),
  wake: aFunction,
  tabs: [isFunction, "what sharedTabs() of @sluice/client/tabs gives"],
  multiplex: aFlag,
  maxFrame: from(1, "characters"),
  onSkippedEvent: aFunction,
  clock: anObject,
});
const retryRules = (): Rules => ({ base: milliseconds(0), max: milliseconds(0), random: aFunction });
const clockRules: Rules = { now: required, setTimeout: required, clearTimeout: required, monotonic: aFunction };

/**
 * For mistakes that are the same whenever a program runs: the entries for production are without it.
 *
 * @throws TypeError naming the option, what was given, and what is allowed.
 */
export function checkOptions(options: ClientOptions): void {
  if (!isObject(options)) throw new TypeError(`Client options are ${show(options)}; allowed is an object.`);
  const { retry = {}, clock, url, headers } = options;
  check("", options, clientRules());
  check("retry.", retry, retryRules());
  if (clock) checkValues("clock.", clock, clockRules);
  checkUrl(url);
  if (!url.startsWith("/")) attempt("url", () => new URL(url));
  if (typeof headers !== "function") attempt("headers", () => new Headers(headers as HeadersInit));
}

function check(prefix: string, options: object, rules: Rules): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(rules, name)) continue;
    throw new TypeError(`Client option "${prefix}${name}" is unknown; allowed are ${Object.keys(rules).join(", ")}.`);
  }
  checkValues(prefix, options, rules);
}

function checkValues(prefix: string, options: object, rules: Rules): void {
  for (const [name, [holds, allowed, isRequired]] of Object.entries(rules)) {
    const given = (options as Record<string, unknown>)[name];
    if ((given === undefined && !isRequired) || holds(given)) continue;
    throw new TypeError(`Client option "${prefix}${name}" is ${show(given)}; allowed is ${allowed}.`);
  }
}

const show = (value: unknown) => (typeof value === "string" ? JSON.stringify(value) : String(value));

/** Refuses at once what the platform would refuse request by request. */
function attempt(option: string, use: () => unknown): void {
  try {
    use();
  } catch (cause) {
    throw new TypeError(`Client option "${option}" cannot be used: ${(cause as Error).message}`, { cause });
  }
}
