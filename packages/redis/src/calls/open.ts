import type { Opened, OpenOptions } from "@sluice/log";
import { checkCount } from "@sluice/log/engine";
import { offsetText } from "./cursors.js";
import { type PageAnswer, pageFrom } from "./page.js";

/** The arguments of the script `open`. @throws RangeError if a number is not allowed */
export function openArgs({ from, limit, snapshotOnGap = false }: OpenOptions): string[] {
  checkCount("limit", limit);
  const rest = [String(limit), snapshotOnGap ? "1" : "0"];
  if (typeof from === "string") return [from, "", "0", "", ...rest];
  if ("epoch" in from) return ["at", from.epoch, offsetText(from), from.mark, ...rest];
  checkCount("from.last", from.last);
  return ["last", "", String(from.last), "", ...rest];
}

type OpenAnswer = readonly [
  epoch: string,
  offset: number,
  mark: string,
  record: string | null,
  page: PageAnswer,
  snapshot: readonly [offset: number, mark: string, data: string] | null,
  afterSnapshot: PageAnswer | null,
];

export function openedFrom(answer: unknown): Opened {
  const [epoch, offset, mark, record, page, snapshot, afterSnapshot] = answer as OpenAnswer;
  const topic = { head: { epoch, offset, mark }, record };
  const opened: Opened = { page: pageFrom(page, topic) };
  if (!snapshot) return opened;
  const saved = { cursor: { epoch, offset: snapshot[0], mark: snapshot[1] }, data: snapshot[2] };
  if (!afterSnapshot) return { ...opened, snapshot: saved };
  return { ...opened, snapshot: saved, afterSnapshot: pageFrom(afterSnapshot, topic) };
}
