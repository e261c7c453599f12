/** An event that the client passed over: its type is unknown to the contract at hand, or its data doesn't fit. */
export interface SkippedEvent {
  /** Path of the subscription. */
  readonly path: string;
  readonly type: string;
  readonly id: string | undefined;
  /** JSON text as it came. */
  readonly data: string;
  /** Why the data doesn't fit; absent for an unknown type. */
  readonly error?: unknown;
}

/** Most event types that are warned of: a server may make up names without an end. */
const most = 100;

/** What a client does without an `onSkippedEvent`: it warns, once for each event type, so that a burst of them floods nobody. */
export function createSkippedPrinter(): (event: SkippedEvent) => void {
  const told = new Set<string>();
  return ({ path, type, error }) => {
    const name = `${path} ${type}`;
    if (told.has(name) || told.size === most) return;
    told.add(name);
    const why = error === undefined ? "unknown to this contract" : "its data doesn't fit";
    console.warn(`[sluice] Passed over "${type}" of ${path}: ${why}. onSkippedEvent hears of all.`);
  };
}
