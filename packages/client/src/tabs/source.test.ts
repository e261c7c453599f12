import { SluiceError } from "@sluice/contract";
import { expect, it } from "vitest";
import { at, live, post, snapshot } from "../test-kit/set-up.test-kit.js";
import type { LaneSink, TopicFrame } from "../transport/transport.js";
import type { Item } from "./messages.js";
import { createSource, rawTarget } from "./source.js";

const openFrame = { kind: "open", stream: "live", heartbeat: 15_000, resumable: true } as const;

/** A source whose lane the test feeds. */
function setUp(start?: string) {
  let sink: LaneSink | undefined;
  let resume: (() => string | undefined) | undefined;
  const transport = {
    lane(request: { readonly resume: { readonly resumeFrom: string | undefined } }, given: LaneSink) {
      sink = given;
      resume = () => request.resume.resumeFrom;
      return { open() {}, nudge() {}, close() {} };
    },
  };
  const items: Item[] = [];
  const source = createSource(transport, rawTarget("feed", true, undefined), start, (item) => items.push(item));
  const lane = sink as unknown as LaneSink;
  const become = (status: "connecting" | "live" | "reconnecting") =>
    lane.changed({ status, attempt: 0, since: 1, cursor: () => undefined });
  const frames = (...all: unknown[]) => {
    for (const frame of all) lane.frame(frame as TopicFrame);
  };
  return { source, items, lane, become, frames, resumesFrom: () => resume?.() };
}

const kinds = (items: readonly Item[] | undefined) => items?.map(({ kind }) => kind);

it("lets lanes with its own start join before it has opened, and nobody without a cursor later", () => {
  const { source, lane, become, frames } = setUp();
  become("connecting");
  expect(kinds(source.join(undefined))).toEqual(["connection"]);
  expect(source.join(at(1))).toBeUndefined();
  lane.opened(openFrame);
  expect(source.join(undefined)).toBeUndefined();
  frames(live(4));
  expect(source.join(undefined)).toBeUndefined();
  expect(kinds(source.join(at(4)))).toEqual(["open", "connection"]);
});

it("gives who joins behind the head what follows, and says that it is live", () => {
  const { source, lane, become, frames } = setUp(at(4));
  lane.opened(openFrame);
  frames(post("a", 5), post("b", 6), live(6));
  become("live");
  frames(post("c", 7), { kind: "at", id: at(9) });
  expect(source.join(at(5))).toMatchObject([
    openFrame,
    post("b", 6),
    post("c", 7),
    { kind: "at", id: at(9) },
    { kind: "live", id: at(9) },
    { kind: "connection", status: "live" },
  ]);
  become("reconnecting");
  expect(kinds(source.join(at(9)))).toEqual(["open", "connection"]);
});

it("resumes from the last id that counts", () => {
  const { frames, lane, resumesFrom } = setUp(at(4));
  expect(resumesFrom()).toBe(at(4));
  lane.opened(openFrame);
  frames(post("a", 5), { kind: "event", type: "post", data: "1" }, { kind: "live" });
  expect(resumesFrom()).toBe(at(5));
  frames(snapshot(0, 0, 8), { kind: "reset", reason: "epoch", oldest: at(9), head: at(9) });
  expect(resumesFrom()).toBe(at(8));
});

it("is at no place within a gap, so that no lane goes on elsewhere at its old cursor", () => {
  const { source, lane, frames } = setUp(at(4));
  lane.opened(openFrame);
  frames(post("a", 5));
  expect(source.reached).toBe(at(5));
  frames({ kind: "reset", reason: "trimmed", oldest: at(8), head: at(9) });
  expect(source.reached).toBeUndefined();
  expect(source.join(at(5))).toBeUndefined();
  frames(snapshot(1, 0, 8));
  expect(source.reached).toBe(at(8));
  expect(source.after(at(8))).toEqual([]);
});

it("passes errors on in wire form, whatever an application has thrown", () => {
  const { items, lane } = setUp();
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  lane.over(new SluiceError("forbidden", { message: "no", data: circle, retryAfter: 5 }));
  lane.over(new SluiceError("forbidden", { data: { at: new Date(0) }, cause: () => {} }));
  lane.over(undefined);
  expect(items).toEqual([
    { kind: "over", error: { code: "forbidden", message: "no", status: 403, retryAfter: 5 } },
    {
      kind: "over",
      error: { code: "forbidden", message: "Forbidden", status: 403, data: { at: new Date(0).toJSON() } },
    },
    { kind: "over", error: undefined },
  ]);
  expect(structuredClone(items)).toEqual(items);
});
