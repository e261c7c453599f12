import type {
  Appended,
  AppendedNow,
  AppendOptions,
  Conflict,
  Cursor,
  Lease,
  LeaseRequest,
  LogEntry,
  LogEvent,
  Retention,
} from "@sluice/log";
import { keyedHash, mintEpoch } from "@sluice/log/engine";
import { textOf } from "../entry-text.js";
import { finite, knownOffset } from "./cursors.js";
import { type PageAnswer, pageFrom } from "./page.js";

/** A lease, or a request with a holder: without one, the holder is a new random name. */
export type HeldBy = Lease | (LeaseRequest & { readonly holder: string });

export const withHolder = (given: Lease | LeaseRequest): HeldBy =>
  given.holder === undefined ? { ...given, holder: mintEpoch() } : (given as HeldBy);

/** The arguments of one append, as the script `append` takes them. */
export function appendArgs(
  events: readonly LogEvent[],
  options: AppendOptions,
  lease: HeldBy | undefined,
  retain: Retention | undefined,
): string[] {
  const { idempotencyKey, after } = options;
  const [first, ...others] = events as readonly [LogEvent, ...LogEvent[]];
  const text = optionsText(options, lease, retain);
  const args = [];
  if (others.length > 0 || after || text) {
    const named = `${idempotencyKey === undefined ? "" : "k"}${after ? "a" : ""}${text ? "o" : ""}`;
    args.push(`e${hashOf(first).padEnd(hashLength)}${events.length}${named}`);
    if (idempotencyKey !== undefined) args.push(idempotencyKey);
    if (after) args.push(`${after.epoch} ${knownOffset(after.offset)} ${after.mark}`);
    if (text) args.push(text);
  } else if (idempotencyKey !== undefined) args.push(`k${hashOf(first).padEnd(hashLength)}${idempotencyKey}`);
  else args.push(hashOf(first));
  args.push(textOf(first));
  for (const event of others) args.push(hashOf(event), textOf(event));
  return args;
}

/** 52 bits, of which the script makes marks. */
function hashOf({ type, data }: LogEvent): string {
  const [a, b] = keyedHash(type, data);
  return String((a >>> 6) * 2 ** 26 + (b >>> 6));
}

/** Of its longest form. */
const hashLength = 16;

/** In JSON. Nothing, if there are none. Equal ones have equal texts: the script knows those that change nothing. */
function optionsText(
  { stateful = false, record, ttl }: AppendOptions,
  lease: HeldBy | undefined,
  retain: Retention | undefined,
): string {
  if (record === undefined && ttl === undefined && !lease)
    return retain ? retainText(retain, stateful) : (plainTexts[+stateful] ?? "");
  return JSON.stringify({
    stateful: stateful || undefined,
    record,
    ttl: ttl && finite(ttl),
    retain: retain && finiteOf(retain),
    lease: lease && leaseText(lease),
  });
}

const plainTexts = ["", JSON.stringify({ stateful: true })];
const retainTexts = new WeakMap<Retention, string[]>();

/** Writers give the same retention again and again. */
function retainText(retain: Retention, stateful: boolean): string {
  let texts = retainTexts.get(retain);
  if (!texts) {
    texts = [{}, { stateful: true }].map((rest) => JSON.stringify({ ...rest, retain: finiteOf(retain) }));
    retainTexts.set(retain, texts);
  }
  return texts[+stateful] as string;
}

const finiteOf = ({ events, bytes, age, stateTtl }: Retention) => [events, bytes, age, stateTtl].map(finite);

const leaseText = (lease: HeldBy) => ({
  ttl: lease.ttl,
  holder: lease.holder,
  ...("token" in lease && { token: lease.token, epoch: lease.epoch }),
});

type AppendAnswer =
  | readonly [0, epoch: string, offset: number, mark: string, time: number, token: number, ...marks: string[]]
  | readonly [1, epoch: string, offset: number, mark: string, token: number]
  | readonly [2]
  | readonly [3, epoch: string, offset: number, mark: string, record: string | null, page: PageAnswer];

/** @param events as they were when the append was made */
export function appendedFrom(
  answer: unknown,
  topic: string,
  events: readonly LogEvent[],
  lease: HeldBy | undefined,
): Appended | Conflict {
  if (typeof answer === "string") return appendedNow(answer, events);
  const given = answer as AppendAnswer;
  if (given[0] === 2) return { ok: false, reason: "leased" };
  const [, epoch, offset, mark] = given;
  const place: Cursor = { epoch, offset, mark };
  if (given[0] === 3)
    return { ok: false, reason: "moved", since: pageFrom(given[5], { head: place, record: given[4] }) };
  const held = (token: number) => (lease && token >= 0 ? { lease: leaseFrom(topic, epoch, token, lease) } : {});
  if (given[0] === 1) return { ok: true, duplicate: true, cursor: place, ...held(given[4]) };
  const [, , , , time, token, ...marks] = given;
  const entries = entriesOf(events, place, time, marks);
  const cursor = entries.at(-1)?.cursor ?? place;
  return { ok: true, duplicate: false, cursor, before: place, entries, ...held(token) };
}

/** Of an append that changed nothing but the topic's head. */
function appendedNow(answer: string, events: readonly LogEvent[]): AppendedNow {
  const epoch = answer.slice(0, epochLength);
  const markAt = answer.indexOf(" ", epochLength) + 1;
  const firstAt = answer.indexOf(" ", markAt) + 1;
  const timeAt = answer.indexOf(" ", firstAt) + 1;
  const bytesAt = answer.indexOf(" ", timeAt) + 1;
  const othersAt = answer.indexOf(" ", bytesAt) + 1;
  const before: Cursor = {
    epoch,
    offset: Number(answer.slice(epochLength, markAt - 1)),
    mark: answer.slice(markAt, firstAt - 1),
  };
  const marks = [answer.slice(firstAt, timeAt - 1)];
  if (othersAt > 0) marks.push(...answer.slice(othersAt).split(" "));
  const entries = entriesOf(events, before, Number(answer.slice(timeAt, bytesAt - 1)), marks);
  return { ok: true, duplicate: false, cursor: entries.at(-1)?.cursor ?? before, before, entries };
}

const epochLength = 16;

const entriesOf = (
  events: readonly LogEvent[],
  { epoch, offset }: Cursor,
  time: number,
  marks: readonly string[],
): LogEntry[] =>
  events.map(({ type, data }, i) => ({
    type,
    data,
    cursor: { epoch, offset: offset + i + 1, mark: marks[i] as string },
    time,
  }));

export const leaseFrom = (topic: string, epoch: string, token: number, { holder, ttl }: HeldBy): Lease => ({
  topic,
  epoch,
  token,
  holder,
  ttl,
});
