import { checkNames } from "./options.js";

// Not typed by the interfaces: those stand in the file that asks for these checks, and a circle of files is none the less one.
const subscriptionNames = {
  input: true,
  events: true,
  state: true,
  errors: true,
  key: true,
  method: true,
  start: true,
  onGap: true,
} as const;
const stateNames = {
  schema: true,
  initial: true,
  apply: true,
  version: true,
  migrate: true,
  idempotent: true,
} as const;
const callNames = { input: true, output: true, errors: true } as const;
const errorNames = { status: true, data: true } as const;

/** The options of `subscription`, before they are held against the contract's rules: only the names. */
interface Subscribed {
  readonly state?: unknown;
  readonly errors?: Readonly<Record<string, unknown>> | undefined;
  readonly start?: unknown;
}

/** @throws TypeError naming the option that isn't there, and those there are. */
export function checkSubscriptionNames(options: Subscribed): void {
  checkNames("subscription", options, subscriptionNames);
  checkNames("subscription", options.state, stateNames, { at: "state." });
  if (typeof options.start === "object") checkNames("subscription", options.start, { last: true }, { at: "start." });
  checkErrorNames("subscription", options.errors);
}

/** @throws TypeError naming the option that isn't there, and those there are. */
export function checkCallNames(of: "query" | "mutation", options: Pick<Subscribed, "errors">): void {
  checkNames(of, options, callNames);
  checkErrorNames(of, options.errors);
}

function checkErrorNames(of: string, errors: Subscribed["errors"] = {}): void {
  for (const [code, definition] of Object.entries(errors)) {
    checkNames(of, definition, errorNames, { at: `errors.${code}.` });
  }
}
