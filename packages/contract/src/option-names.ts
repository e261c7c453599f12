import { checkNames } from "./options.js";

// These objects are not typed by the option interfaces: importing them would create a circular import.
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

/** The options of `subscription`, before the contract's rules are checked. */
interface CheckedOptions {
  readonly state?: unknown;
  readonly errors?: Readonly<Record<string, unknown>> | undefined;
  readonly start?: unknown;
}

/** @throws TypeError naming the unknown option and the options that exist. */
export function checkSubscriptionNames(options: CheckedOptions): void {
  checkNames("subscription", options, subscriptionNames);
  checkNames("subscription", options.state, stateNames, { at: "state." });
  if (typeof options.start === "object") checkNames("subscription", options.start, { last: true }, { at: "start." });
  checkErrorNames("subscription", options.errors);
}

/** @throws TypeError naming the unknown option and the options that exist. */
export function checkCallNames(caller: "query" | "mutation", options: Pick<CheckedOptions, "errors">): void {
  checkNames(caller, options, callNames);
  checkErrorNames(caller, options.errors);
}

function checkErrorNames(caller: string, errors: CheckedOptions["errors"] = {}): void {
  for (const [code, definition] of Object.entries(errors)) {
    checkNames(caller, definition, errorNames, { at: `errors.${code}.` });
  }
}
