import type { AnySubscription, InputOf, StateOf } from "@sluice/contract";
import type { Sluice } from "@sluice/server";

/** The state of a topic as it is now: the snapshot that a new subscriber would start with. */
export async function currentState<P extends AnySubscription>(
  sluice: Sluice,
  procedure: P,
  input: InputOf<P>,
): Promise<StateOf<P>> {
  const enough = new AbortController();
  let state: StateOf<P> | undefined;
  const onSnapshot = (snapshot: StateOf<P>) => {
    state = snapshot;
    enough.abort();
  };
  const events = sluice.subscribe(procedure, input, { signal: enough.signal, onSnapshot });
  for await (const _ of events) break;
  if (state === undefined) throw new Error(`${procedure.path} gave no snapshot`);
  return state;
}
