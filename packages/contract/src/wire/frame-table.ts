import type { Frame } from "./frame.js";
import {
  anything,
  type Check,
  cursor,
  flag,
  indices,
  issues,
  ms,
  optional,
  reason,
  stream,
  text,
  version,
} from "./frame-checks.js";

/** The kinds of control frames. Their wire type is `$` and the kind. */
export type ControlKind = Exclude<Frame["kind"], "event" | "comment" | "retry" | "unknown">;

type PropertyOf<F> = Exclude<keyof F, "kind" | "lane" | "id">;

/** One kind of control frame. A tuple, because every client bundles this table. */
export type Row<F> = readonly [
  /** The check of its `id`. `end`: `$end` on a final frame; readers ignore it. `none`: no id; readers ignore it too. */
  id: Check<string> | Check<string | undefined> | "end" | "none",
  /** The members of its data, in the order they are written. `json`: the data is any JSON of the application. */
  data: { readonly [P in PropertyOf<F>]-?: Check<F[P]> } | "json",
];

/** All control frames. Encoder, decoder and property tests use this table. PROTOCOL §5.1. */
export const frameTable: { readonly [K in ControlKind]: Row<Extract<Frame, { kind: K }>> } = {
  open: [
    optional(text),
    {
      stream,
      heartbeat: ms,
      resumable: flag,
      head: optional(cursor),
      version: optional(version),
      attended: optional(flag),
      path: optional(text),
      subscriptions: optional(indices),
    },
  ],
  snapshot: [cursor, "json"],
  live: [optional(cursor), {}],
  reset: ["none", { reason, oldest: cursor, head: cursor }],
  at: [cursor, {}],
  error: [
    "end",
    {
      code: text,
      message: text,
      data: optional(anything),
      issues: optional(issues),
      retryAfter: optional(ms),
      final: flag,
    },
  ],
  end: ["end", {}],
  drain: ["none", { retry: ms }],
  store: ["none", { up: flag }],
};

/**
 * What a client does with a frame: `begins` the stream, `applies` it to the topic's state and cursor, `ends` the stream, `reopens` the
 * whole connection, or `shows` it to the application. Apart from the table, as every client bundles that.
 */
export const clientDoes: { readonly [K in ControlKind]: "begins" | "applies" | "ends" | "reopens" | "shows" } = {
  open: "begins",
  snapshot: "applies",
  live: "applies",
  reset: "applies",
  at: "applies",
  error: "ends",
  end: "ends",
  drain: "reopens",
  store: "shows",
};

/**
 * The name of a property on the wire. In code, `kind` discriminates frames, so the `kind` member of `$open` is
 * `stream` there.
 */
export const memberOf = (property: string): string => (property === "stream" ? "kind" : property);
