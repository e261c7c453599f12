import type { AnySubscription, EventInputOf, InputOf, StateOf, WithoutInput } from "@sluice/contract";
import type { Disconnected, DisconnectOptions } from "../control/disconnect-options.js";

export interface PublishOptions {
  /**
   * Makes a retried publish safe: within the engine's dedupe window, events with the same key are appended at most once
   * per topic, and a retry gets the first cursor. The key may come from a client: a key longer than 512 bytes, or
   * with a lone surrogate, is stored as its SHA-256. Default: none.
   */
  readonly idempotencyKey?: string | undefined;
  /** Milliseconds after which the publish fails with `unavailable`, if the log has not answered. Default: 10,000. */
  readonly timeout?: number | undefined;
}

export interface Published {
  /** The cursor after the last event. */
  readonly cursor: string;
  /** True if the idempotency key was used before: nothing was appended. */
  readonly duplicate: boolean;
}

export interface Stopped {
  /** Whether the topic had a run that was not over. */
  readonly stopped: boolean;
}

export interface ReadStateOptions {
  /**
   * The value that the adapter's `context` function would return. Used if the procedure has its own `snapshot`.
   * Default: an empty object.
   */
  readonly context?: object;
}

/** A state and its cursor. */
export interface StateAt<P extends AnySubscription> {
  readonly state: StateOf<P>;
  readonly cursor: string;
}

/** A handle on one topic. It may be kept: the server holds no memory for it, and the input is encoded once. */
export interface Topic<P extends AnySubscription> {
  /**
   * Publishes one event, or several. Either all of them are appended, or none. What one process publishes to a topic is
   * appended in the order of the calls, except for publishes that fail.
   *
   * @throws SluiceError `badRequest` if the topic's input is invalid.
   * @throws ValidationError if an event does not fit its schema, or its JSON does not read back as the same value:
   * nothing is appended.
   * @throws SluiceError `contractMismatch` if the state's `apply` throws for an event, changes the state in place, or
   * returns one that does not fit its schema (checked up to 16 Ki characters of JSON): nothing is appended. (A retry
   * with an idempotency key is not checked again: it gets the first cursor.)
   * @throws SluiceError `unavailable` if nothing was appended: the log can't be reached, the timeout is over, or other
   * publishers to the same topic with state keep this one from appending, in 16 attempts.
   * @throws SluiceError `unavailable` with the data `{ outcome: "unknown" }` if the events may have been appended: the log
   * has not answered. It is `retryable` only with an idempotency key: then a retry appends nothing twice.
   * @throws TypeError if an option is unknown, or the events of the procedure come from its generator.
   * @throws RangeError if there are no events, one is longer than the limit, or the idempotency key is empty,
   * or the timeout is not a whole number of milliseconds.
   * @example await topic(contract.scores.watch, { matchId }).publish({ type: "goal", data: { team: "home", minute: 12 } });
   */
  publish(events: EventInputOf<P> | readonly EventInputOf<P>[], options?: PublishOptions): Promise<Published>;
  /**
   * Ends the topic's open subscriptions with a typed reason, on all servers on the log; see `Sluice.disconnect`.
   *
   * @throws SluiceError `badRequest` if the topic's input is invalid; `unavailable` if the log can't be reached: other
   * servers may not have been told.
   * @throws TypeError if an option is unknown or wrong.
   * @example await topic(contract.scores.watch, { matchId }).disconnect({ reason: "unauthorized" });
   */
  disconnect(options?: DisconnectOptions): Promise<Disconnected>;
  /**
   * Frees the topic, on all servers on the log: its entries, state, idempotency keys and record. Subscribers get `$reset`, and go
   * on with the contract's `initial` state; those without state end with `gap`, unless `onGap` is `"skip"`. What is published later
   * begins a new history. A run of a resumable generator ends: its `signal` aborts with its next event, or when its lease is
   * renewed, and a subscriber that comes without a cursor starts it anew. May be repeated: a topic that is free stays so.
   *
   * @throws SluiceError `badRequest` if the topic's input is invalid; `unavailable` if the log can't be reached. Then the topic may
   * have been freed. Call it again.
   * @example await topic(contract.scores.watch, { matchId }).delete();
   */
  delete(): Promise<void>;
  /**
   * Stops the run of a resumable generator, on whatever server it runs. The generator's `signal` aborts, with a
   * SluiceError of code `aborted` as its reason. It may yield its last events, and return or throw; then the run ends as
   * usual. If it gives up because of the signal, or does not end within 10 seconds, subscribers get the final error
   * `interrupted` with the message "The run was stopped". The promise resolves when the run has been told, not when it
   * is over. If there is no run, or it is over, nothing happens.
   *
   * @throws SluiceError `badRequest` if the topic's input is invalid; `unavailable` if the log can't be reached. Then the
   * run may have been told. Call it again.
   * @throws TypeError if the procedure has no resumable generator. (A process that serves no clients can't check this.)
   * @example await topic(contract.assistant.complete, { runId, prompt }).stop();
   */
  stop(): Promise<Stopped>;
}

/** A handle on one topic whose contract declares a state. */
export interface StatefulTopic<P extends AnySubscription> extends Topic<P> {
  /**
   * Reads the topic's current state and its cursor, as a subscriber gets them in `$snapshot`. If the procedure has its
   * own `snapshot`, that runs, behind its middleware. (Within these two, `state` of the same procedure returns the
   * folded state, or it would call itself without end. So it does in a process that serves no clients.)
   *
   * @throws SluiceError `badRequest` if the topic's input is invalid. Errors of the procedure's own `snapshot` or its
   * middleware are thrown as they are.
   * @example const { state } = await sluice.topic(contract.scores.watch, { matchId: "m1" }).state();
   * @example
   * // Others may publish between `state` and `publish`, so `apply` is what ignores a bid that is not higher.
   * await lot.publish({ type: "bid", data: { id, amount } });
   * if ((await lot.state()).state.highest.id !== id) throw errors.tooLow(); // or outbid since
   */
  state(options?: ReadStateOptions): Promise<StateAt<P>>;
}

export type TopicOf<P extends AnySubscription> = [StateOf<P>] extends [never] ? Topic<P> : StatefulTopic<P>;

/** No value has this type: the compiler's error shows it where nothing else fits. */
interface Says<Words extends string> {
  readonly [says]: [never, Words];
}
declare const says: unique symbol;

/**
 * Returns a handle on the topic that `input` names. An input that may be `undefined` may be left out. The input is
 * encoded and checked at once; if it is invalid, the promises of the handle's functions reject.
 *
 * @throws TypeError if the procedure is not a subscription of this contract.
 * @example const match = sluice.topic(contract.scores.watch, { matchId });
 */
export interface GetTopic {
  <P extends AnySubscription>(
    procedure: WithoutInput<
      P,
      P | Says<"topic() takes a subscription of the contract, such as contract.scores.watch, not of a client">,
      "topic(procedure, input)"
    >,
  ): TopicOf<P>;
  <P extends AnySubscription>(
    procedure: P | Says<"topic() takes a subscription of the contract, such as contract.scores.watch, not of a client">,
    input: InputOf<P>,
  ): TopicOf<P>;
}
