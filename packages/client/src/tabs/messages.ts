import type { OpenFrame } from "@sluice/contract/wire";
import type { ConnectionStatus } from "../transport/connection-state.js";
import type { TopicFrame } from "../transport/transport.js";
import type { WireFailure } from "../wire/decode-error.js";

/** Names the format of the messages. Tabs of a page's older and newer build share only if it is the same. */
export const messageFormat = "sluice-tabs/1";

export interface ConnectionItem {
  readonly kind: "connection";
  readonly status: ConnectionStatus;
  readonly attempt: number;
  readonly since: number;
  readonly retryAt?: number | undefined;
  readonly stale?: true | undefined;
  readonly error?: WireFailure | undefined;
}

/** What a lane gets from a feed. Frames carry their data as JSON text, and errors are in wire form. */
export type Item =
  | OpenFrame
  | TopicFrame
  | ConnectionItem
  | { readonly kind: "over"; readonly error?: WireFailure | undefined };

interface OfLane {
  readonly leader: string;
  readonly tab: string;
  readonly lane: number;
}

/** A tab asks who leads, or its leader whether it is still there. */
export type Call = { readonly kind: "call" };
/** The leader's answer, also without being asked when it begins to lead. */
export type Lead = { readonly kind: "lead"; readonly leader: string };
/** The leader's lock was stolen. */
export type Resigned = { readonly kind: "resigned"; readonly leader: string };
/** A tab begins to follow: what the leader knows of its lanes is over. */
export type Arrive = { readonly kind: "arrive"; readonly leader: string; readonly tab: string };
/** Asks for what follows `cursor`. A lane that has joined a feed gets its items until this is answered. */
export type Join = OfLane & {
  readonly kind: "join";
  /** The answer names it, as a lane may have asked again meanwhile, for something else. */
  readonly ask: number;
  readonly path: string;
  readonly isGet: boolean;
  /** The input's JSON. */
  readonly text?: string | undefined;
  readonly cursor?: string | undefined;
};
/** A lane's connection need not wait any longer. */
export type Nudge = OfLane & { readonly kind: "nudge" };
export type Leave = OfLane & { readonly kind: "leave" };
/** The answer to `ask`: the lane gets these items, and then those of the feed after its message `seq`. */
export type Joined = OfLane & {
  readonly kind: "joined";
  readonly ask: number;
  readonly feed: number;
  readonly seq: number;
  readonly items: readonly Item[];
};
/** The same, unasked, for a lane that has all of another feed up to its message `oldSeq`. */
export type Moved = Omit<Joined, "kind" | "ask"> & {
  readonly kind: "moved";
  readonly old: number;
  readonly oldSeq: number;
};
/** The lane can't be shared. */
export type Alone = OfLane & { readonly kind: "alone" };
/** Items for all lanes that have joined a feed. A feed's messages are numbered from 1. */
export type Feed = {
  readonly kind: "feed";
  readonly leader: string;
  readonly feed: number;
  readonly seq: number;
  readonly items: Item[];
};

export type ToLeader = Arrive | Join | Nudge | Leave;
export type OfLeader = Joined | Moved | Alone | Feed;
export type Message = Call | Lead | Resigned | ToLeader | OfLeader;

const ofLeader: readonly Message["kind"][] = ["lead", "joined", "moved", "alone", "feed"];

export const isOfLeader = (message: Message): message is Lead | OfLeader => ofLeader.includes(message.kind);

type Check = (value: unknown) => boolean;
type Shapes<T extends { readonly kind: string }> = {
  readonly [K in T["kind"]]: { readonly [P in keyof Omit<Extract<T, { kind: K }>, "kind">]?: Check };
};

const text: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number";
const flag: Check = (value) => typeof value === "boolean";
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf =
  (...allowed: unknown[]): Check =>
  (value) =>
    allowed.includes(value);
const failure: Check = (value) => typeof value === "object" && text((value as WireFailure | null)?.code);

/** Members that nothing here reads aren't checked. */
const itemShapes: Shapes<Item> = {
  open: { stream: oneOf("live", "stream", "resumable"), heartbeat: number, resumable: flag, version: maybe(number) },
  event: { type: text, data: text, id: maybe(text) },
  snapshot: { data: text, id: text },
  live: { id: maybe(text) },
  at: { id: text },
  reset: { reason: text, oldest: text, head: text },
  connection: {
    status: oneOf("connecting", "live", "reconnecting", "paused", "closed"),
    attempt: number,
    since: number,
    retryAt: maybe(number),
    stale: maybe(flag),
    error: maybe(failure),
  },
  over: { error: maybe(failure) },
};

const items: Check = (value) => Array.isArray(value) && value.every((item) => fits(item, itemShapes));
const ofLane = { leader: text, tab: text, lane: number };
const messageShapes: Shapes<Message> = {
  call: {},
  lead: { leader: text },
  resigned: { leader: text },
  arrive: { leader: text, tab: text },
  join: { ...ofLane, ask: number, path: text, isGet: flag, text: maybe(text), cursor: maybe(text) },
  nudge: ofLane,
  leave: ofLane,
  joined: { ...ofLane, ask: number, feed: number, seq: number, items },
  moved: { ...ofLane, feed: number, seq: number, items, old: number, oldSeq: number },
  alone: ofLane,
  feed: { leader: text, feed: number, seq: number, items },
};

function fits(value: unknown, shapes: Readonly<Record<string, Readonly<Record<string, Check | undefined>>>>): boolean {
  if (typeof value !== "object" || value === null) return false;
  const members = value as Readonly<Record<string, unknown>>;
  const kind = String(members["kind"]);
  const shape = Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
  return shape !== undefined && Object.entries(shape).every(([name, check]) => check?.(members[name]) ?? true);
}

/** The messages in what came on the channel. Whatever has another shape is ignored: any code of the origin can post there. */
export const readMessages = (data: unknown): readonly Message[] =>
  Array.isArray(data) ? data.filter((message): message is Message => fits(message, messageShapes)) : [];
