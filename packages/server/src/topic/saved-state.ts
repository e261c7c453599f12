import { type AnySubscription, stateVersionOf } from "@sluice/contract";

/** A state as a snapshot of the log keeps it. */
export interface SavedState {
  /** Of the contract that it was folded by. */
  readonly version: number;
  /** JSON text. */
  readonly json: string;
}

/** JSON never begins with a letter like this one, so a text that does is one with a version. */
const versioned = /^v([1-9]\d{0,15}):/;

/** The text that is saved: the JSON behind its version, as `v2:{…}`. One without a version is of version 1. */
export function encodeSaved(procedure: AnySubscription, json: string): string {
  const version = stateVersionOf(procedure);
  return version === 1 ? json : `v${version}:${json}`;
}

export function decodeSaved(text: string): SavedState {
  const prefix = versioned.exec(text);
  return prefix ? { version: Number(prefix[1]), json: text.slice(prefix[0].length) } : { version: 1, json: text };
}
