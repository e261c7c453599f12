import { own } from "@sluice/contract/internal";
import { parseCursor } from "@sluice/contract/wire";
import { report } from "../platform/report.js";
import type { AnyEvent } from "../subscription/fold.js";

/** A change that a state shows before the server has made it. */
export interface PendingChange {
  readonly state: (state: unknown) => unknown;
  readonly echo?: Readonly<Record<string, (data: unknown, event: AnyEvent) => boolean>> | undefined;
  /** The server has made it. */
  isAnswered: boolean;
  /** Where the answer says that it is. */
  cursor?: string | undefined;
  /** A snapshot may contain it, so its event may never come. */
  mayBeCovered: boolean;
  /** A fresh state has been asked for. */
  isAsked: boolean;
  timer?: ReturnType<typeof setTimeout>;
}

/** A base with changes on top. One that throws is reported, and left out. */
export const withChanges = (base: unknown, changes: readonly PendingChange[]): unknown =>
  changes.reduce((state, { state: change }) => attempt(() => change(state), state), base);

/** Whether an event is the echo of a change. */
export const isEcho = ({ echo }: PendingChange, event: AnyEvent): boolean =>
  attempt(() => echo !== undefined && own(echo, event.type)?.(event.data, event) === true, false);

/**
 * What to do with a change:
 *
 * - `over`: the subscription has it.
 * - `wait`: it comes.
 * - `ask`: only a fresh state tells.
 */
export function judge({ isAnswered, cursor, echo, mayBeCovered }: PendingChange, reached: string | undefined) {
  if (!isAnswered) return "wait";
  const [answer, place] = [cursor, reached].map((text) => (text === undefined ? undefined : parseCursor(text)));
  if (place && answer?.epoch === place.epoch) return answer.offset <= place.offset ? "over" : "wait";
  return place && (mayBeCovered || !echo) ? "ask" : "wait";
}

function attempt<Value>(run: () => Value, otherwise: Value): Value {
  try {
    return run();
  } catch (error) {
    report(error);
    return otherwise;
  }
}
