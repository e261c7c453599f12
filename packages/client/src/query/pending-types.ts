import type { AnyMutation, InputOf, OutputOf } from "@sluice/contract";

export const begins: unique symbol = Symbol("sluice.pending");

/** A mutation that starts. */
export interface Start {
  /** The QueryClient. */
  readonly client: object;
  readonly variables: unknown;
}

/** What `sluicePending` returns. `Recognised` says whether it recognises its event. */
export interface Pending<Recognised extends boolean = boolean> {
  [begins](start: Start): void;
  readonly echo?: Recognised;
}

/** Without a cursor in the output, only its event tells when a change has come. */
type PendingOf<P extends AnyMutation> = Pending<OutputOf<P> extends { cursor: string } ? boolean : true>;

export interface OptimisticOptions<P extends AnyMutation> {
  /** What shows while the mutation is under way, in one state or in several. Called when it starts, before it is sent. */
  readonly optimistic: (input: InputOf<P>) => PendingOf<P> | readonly PendingOf<P>[];
}
