import type { AnySubscription } from "@sluice/contract";
import { stateVersionOf } from "@sluice/contract/internal";

/** A state as it is saved in the log's snapshot. */
export interface SavedState {
  /** The version of the contract that folded it. */
  readonly version: number;
  /** JSON text. */
  readonly json: string;
}

/** No JSON text begins with `v`, so such a text has a version. */
const versioned = /^v([1-9]\d{0,15}):/;

/** The text that is saved: the JSON after its version, as in `v2:{…}`. A text without a version has version 1. */
export function encodeSaved(procedure: AnySubscription, json: string): string {
  const version = stateVersionOf(procedure);
  return version === 1 ? json : `v${version}:${json}`;
}

export function decodeSaved(text: string): SavedState {
  const prefix = versioned.exec(text);
  return prefix ? { version: Number(prefix[1]), json: text.slice(prefix[0].length) } : { version: 1, json: text };
}
