import type { ErrorDefinitions, EventSchemas, Start, StateDefinition } from "./procedure.js";
import type { CodeOf, Schema } from "./schema.js";

type FieldOf<Input> = Input extends Schema ? keyof CodeOf<Input> & string : never;

export interface SubscriptionOptions<
  Input extends Schema | undefined,
  Events extends EventSchemas,
  State extends Schema | undefined,
  Errors extends ErrorDefinitions,
  Idempotent extends boolean,
  Key extends string,
> {
  /** What the subscriber passes. Default: no input. */
  readonly input?: Input;
  /**
   * The schemas of the events, by event type. They must be synchronous, and JSON on the wire. A type is the name of an SSE
   * event, so some are refused: `message`, `open` and `error`, which an `EventSource` dispatches itself (say `said` or
   * `failed`); what starts with `$`, as control frames do; what contains `/`, CR, LF or NUL, which frames are made of;
   * `__proto__`; and the empty name.
   */
  readonly events: Events;
  /**
   * How the events fold into state. A subscription with this option has live state. It is also the way to a history that every
   * new subscriber sees: the state is kept whatever the log drops, and is sent to each new subscriber, so keep it bounded (such
   * as the last 100 messages). For a history that only readers of events need, see `start`.
   */
  readonly state?: StateDefinition<Events, NonNullable<State>> & {
    readonly schema: State;
    readonly idempotent?: Idempotent;
  };
  /** Errors that the procedure may raise, by code. */
  readonly errors?: Errors;
  /** Which input fields name the topic. Default: all of them. */
  readonly key?: readonly (Key & FieldOf<NoInfer<Input>>)[];
  /**
   * Use `"POST"` if opening the subscription has side effects. GET is then refused, and so are cross-site forms and
   * links. Default: `"GET"`.
   */
  readonly method?: "GET" | "POST";
  /**
   * Where a new subscriber begins: at the `"head"` (default), with the `"oldest"` event, or with the `last` so many; both as far
   * as the log keeps events (`retain`). A subscription with state begins with a snapshot instead.
   *
   * That is the way to a history of plain events, which may be long and may be cut short. If it must be there whatever the log
   * drops, or events correct earlier ones, fold it into a `state`.
   */
  readonly start?: Start;
  /**
   * After a reset, if there is no state: `"fail"` ends with the error `gap`, `"skip"` continues from the oldest event
   * that the server has. Default: `"fail"`.
   */
  readonly onGap?: "fail" | "skip";
}

export interface CallOptions<
  Input extends Schema | undefined,
  Output extends Schema | undefined,
  Errors extends ErrorDefinitions,
> {
  /** What the caller passes. Default: no input. */
  readonly input?: Input;
  /** What the caller receives. Default: no output. */
  readonly output?: Output;
  /** Errors that the procedure may raise, by code. */
  readonly errors?: Errors;
}
