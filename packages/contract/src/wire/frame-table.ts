import type { Frame } from "./frame.js";
import {
  anything,
  type Check,
  cursor,
  flag,
  indices,
  ms,
  optional,
  reason,
  stream,
  text,
  version,
} from "./frame-checks.js";

/** The kinds of frames whose type is `$` and the kind. */
export type ControlKind = Exclude<Frame["kind"], "event" | "comment" | "retry" | "unknown">;

type PropertyOf<F> = Exclude<keyof F, "kind" | "lane" | "id">;

/** One kind of control frame. A tuple, since each client carries the table along. */
export type Row<F> = readonly [
  /** What its `id` has to be. `end`: `$end` if it is final, which readers pass over. `none`: is passed over, too. */
  id: Check<string> | Check<string | undefined> | "end" | "none",
  /** The members of its data, in the order in which they are written. `json`: its data is no object of the protocol's. */
  data: { readonly [P in PropertyOf<F>]-?: Check<F[P]> } | "json",
  /** What a client does: `begins`, `applies` it to what it knows of the topic, `ends`, or `reopens`, which is of the whole connection. */
  client: "begins" | "applies" | "ends" | "reopens",
];

/** The control frames that there are: what encodes, decodes and makes them up for tests goes by this table. PROTOCOL §5.1. */
export const frameTable: { readonly [K in ControlKind]: Row<Extract<Frame, { kind: K }>> } = {
  open: [
    optional(text),
    {
      stream,
      heartbeat: ms,
      resumable: flag,
      head: optional(cursor),
      version: optional(version),
      subscriptions: optional(indices),
    },
    "begins",
  ],
  snapshot: [cursor, "json", "applies"],
  live: [optional(cursor), {}, "applies"],
  reset: ["none", { reason, oldest: cursor, head: cursor }, "applies"],
  at: [cursor, {}, "applies"],
  error: ["end", { code: text, message: text, data: optional(anything), final: flag }, "ends"],
  end: ["end", {}, "ends"],
  drain: ["none", { retry: ms }, "reopens"],
};

/** What a property is called on the wire: `kind` tells frames apart in code, so that of `$open` has another name there. */
export const memberOf = (property: string): string => (property === "stream" ? "kind" : property);
