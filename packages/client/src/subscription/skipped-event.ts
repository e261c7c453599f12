import { textNumber } from "@sluice/contract/wire";
import { isDevelopment } from "#development";

/** An event that the client skipped: its type is unknown to the contract, or its data doesn't fit. */
export interface SkippedEvent {
  /** Path of the subscription. */
  readonly path: string;
  readonly type: string;
  readonly id: string | undefined;
  /** JSON text as received. */
  readonly data: string;
  /** Why the data doesn't fit; absent for an unknown type. */
  readonly error?: unknown;
}

/** Most event types to warn of, as a server could send any number of types. */
const most = 100;

/** The default for `onSkippedEvent`: warns once per event type, so that a burst doesn't flood the console. */
export function createSkippedPrinter(): (event: SkippedEvent) => void {
  const told = new Set<string>();
  return ({ path, type, error }) => {
    const name = `${path} ${type}`;
    if (told.has(name) || told.size === most) return;
    told.add(name);
    const why = error === undefined ? "unknown to this contract" : "its data doesn't fit";
    console.warn(
      isDevelopment
        ? `[sluice] Passed over "${type}" of ${path}: ${why}. onSkippedEvent hears of all.`
        : textNumber(21, path, type),
    );
  };
}
