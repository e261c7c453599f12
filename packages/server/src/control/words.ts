import type { AppendOptions, LogEntry, LogEvent } from "@sluice/log";

/** The topic in which servers on one log tell each other what to do. No path of a contract begins with `$`. PROTOCOL §15. */
export const controlTopic = "$control";

/** Ends the streams that match all given fields. */
export interface DisconnectWord {
  readonly kind: "disconnect";
  /** The server that said it, and has obeyed it already. */
  readonly from: string;
  readonly tag?: string | undefined;
  readonly path?: string | undefined;
  /** The name of a topic. */
  readonly topic?: string | undefined;
  readonly reason: "forbidden" | "unauthorized";
}

/** Earlier words may be lost: ends all streams. */
export interface MissedWord {
  readonly kind: "missed";
  /** The cursor that the log has lost, as text. */
  readonly lost: string;
}

export type ControlWord = DisconnectWord | MissedWord;

/**
 * Words are kept by number and bytes of their own, whatever the engine's retention is, and not by age: a server that was away
 * reads them when it is back, whenever that is.
 */
export const wordOptions: Pick<AppendOptions, "ttl" | "retain"> = {
  ttl: Number.POSITIVE_INFINITY,
  retain: { events: 10_000, bytes: 1_048_576, age: Number.POSITIVE_INFINITY },
};

export const encodeWord = ({ kind, ...data }: ControlWord): LogEvent => ({
  type: `$${kind}`,
  data: JSON.stringify(data),
});

/** `undefined`: the entry is of another type. A word that can't be understood counts as `missed`, for safety. */
export function decodeWord({ type, data }: LogEntry): ControlWord | undefined {
  if (type === "$missed") return { kind: "missed", lost: lostIn(data) };
  if (type !== "$disconnect") return undefined;
  return disconnectIn(data) ?? { kind: "missed", lost: "" };
}

function disconnectIn(data: string): DisconnectWord | undefined {
  const { from, tag, path, topic, reason, ...rest } = membersOf(data);
  const isKnown = [tag, path, topic].every((each) => each === undefined || typeof each === "string");
  const isNarrow = tag !== undefined || path !== undefined || topic !== undefined;
  if (!isKnown || !isNarrow || Object.keys(rest).length > 0) return undefined;
  if (reason !== "forbidden" && reason !== "unauthorized") return undefined;
  return { kind: "disconnect", from, tag, path, topic, reason } as DisconnectWord;
}

function lostIn(data: string): string {
  const { lost } = membersOf(data);
  return typeof lost === "string" ? lost : "";
}

function membersOf(data: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(data) };
  } catch {
    return {};
  }
}
