import { formatCursor } from "@sluice/contract/wire";
import type { Log } from "@sluice/server";
import { describe, expect, it } from "vitest";
import type { Cursor } from "../../packages/log/src/log.js";
import { boardTopic } from "./board.js";
import { type Change, changes, type Edition } from "./edition.js";
import { complaints } from "./find-defect.js";
import { runModel } from "./run.js";
import type { Sabotage } from "./sabotage.js";

/** An engine to which it doesn't matter where a topic ends. */
const unconditional =
  (path: string) =>
  (log: Log): Log => ({
    ...log,
    append(topic, events, options = {}) {
      const { after: _, ...others } = options;
      return log.append(topic, events, topic === path ? others : options) as never;
    },
  });

/** An engine that looks where a topic ends first, and whether it is asked again after that. */
const keysLast = (log: Log): Log => ({
  ...log,
  async append(topic, events, options = {}) {
    const { after } = options;
    const since = after && (await log.open(topic, { from: after, limit: 512 })).page;
    const hasMoved = since && !(since.ok && since.entries.length === 0);
    return (hasMoved ? { ok: false, reason: "moved", since } : await log.append(topic, events, options)) as never;
  },
  findAppend: async () => undefined,
});

/** An engine of whose cursors a server takes only those that it has seen itself. */
function ownCursors(log: Log): Log {
  const seen = new Set<string>();
  const see = <T>(answer: T): T => {
    JSON.stringify(answer, (_key, value) => {
      if (typeof value?.mark === "string") seen.add(formatCursor(value as Cursor));
      return value;
    });
    return answer;
  };
  const isForeign = (topic: string, from: unknown) =>
    topic !== "state/own" && typeof (from as Cursor).mark === "string" && !seen.has(formatCursor(from as Cursor));
  async function gap(topic: string) {
    const { page } = await log.open(topic, { from: "oldest", limit: 0 });
    return see({ ...page, ok: false, reason: "diverged", oldest: page.ok ? page.end : page.oldest } as const);
  }
  return {
    ...log,
    append: async (...args) => see(await log.append(...args)),
    async open(topic, options) {
      if (!isForeign(topic, options.from)) return see(await log.open(topic, options));
      const { snapshot, page } = await log.open(topic, { ...options, from: "snapshot" });
      return see({
        page: await gap(topic),
        ...(options.snapshotOnGap && snapshot && { snapshot, afterSnapshot: page }),
      });
    },
  };
}

/** An engine that wakes a server only for what it has appended itself. */
function ownAppends(log: Log): Log {
  let appending = 0;
  return {
    ...log,
    append: (...args) => {
      appending++;
      return log.append(...args).finally(() => appending--);
    },
    watch: (topic, onAppend) => log.watch(topic, (...args) => void (appending > 0 && onAppend(...args))),
  };
}

const unversioned = (log: Log): Log => ({
  ...log,
  append: (topic, events, options) =>
    log.append(
      topic,
      events.filter(({ type }) => type !== "$version"),
      options,
    ),
});

/** Whoever has it knows what the others have, and it means nothing to him. */
const indifferent = (edition: Edition, other: Edition): Edition => ({
  ...edition,
  instead: {
    types: [...new Set([...edition.types, ...other.types])],
    apply: (state, type, n) => (edition.types.includes(type) ? edition.apply(state, type, n) : state),
  },
});

/** A client to whom what a server can't do is what can't be done. */
const desperate: NonNullable<Sabotage["client"]> = (fetch) => async (address, init) => {
  const response = await fetch(address, init);
  if (!String(address).includes(boardTopic)) return response;
  const { status, headers } = response;
  const problem = headers.get("content-type")?.includes("problem+json") && (await response.clone().json());
  if (problem?.code === "unavailable") {
    return new Response(JSON.stringify({ ...problem, code: "notFound", status: 404 }), { status: 404, headers });
  }
  const decoder = new TextDecoder();
  const ending = new TransformStream<Uint8Array, string>({
    transform: (chunk, controller) =>
      controller.enqueue(decoder.decode(chunk, { stream: true }).replace('"final":false', '"final":true')),
  });
  const body = response.body?.pipeThrough(ending).pipeThrough(new TextEncoderStream()) ?? null;
  return new Response(body, { status, headers });
};

/** One after which no server can fold anew what an older one has published. */
const renamed = changes.find(({ what }) => what.includes("renamed, and")) as Change;

/** Defects of which one server and one contract show nothing, and what the model says of them. */
const defects: readonly (readonly [string, RegExp, Sabotage])[] = [
  [
    "a server that looks, and then appends whatever was appended since",
    /where it doesn't fold/,
    { log: unconditional("state/doc") },
  ],
  [
    "an older server that publishes to what a newer one has",
    /by a contract of version 1 is in/,
    { log: unconditional(boardTopic) },
  ],
  [
    "a key that is looked up only where the topic still ends where it did",
    /a publish of \S+ to state\/doc failed: \S*Error: An event "item"/,
    { log: keysLast },
  ],
  [
    "a server that takes no cursor of another one",
    /was told a reset \(diverged, .*, which is not so/,
    { log: ownCursors },
  ],
  ["a server that isn't told of what another one appends", /waited in vain until #\d+ \(/, { log: ownAppends }],
  ["a server that doesn't say by which version it publishes", /by a contract of version 2 is in/, { log: unversioned }],
  [
    "an older contract that passes over what it doesn't know in silence",
    /which its contract doesn't know|has the state \S+ at \S+, where it is/,
    { change: (change) => ({ ...change, old: indifferent(change.old, change.new) }) },
  ],
  [
    "a state of another version that is taken as it is",
    /has the state \S+ at \S+, where it is/,
    { change: () => ({ ...renamed, new: { ...renamed.new, instead: { migrate: (old) => old } } }) },
  ],
  [
    "a client that gives up where a server's contract is older",
    /ended with (unavailable|notFound)/,
    { client: desperate },
  ],
];

describe("with two servers on one log, and contracts that change, the model finds", () => {
  it.each(defects)(
    "%s",
    async (_what, complaint, sabotage) => {
      expect((await complaints(runModel, sabotage, complaint)).at(-1)).toMatch(complaint);
    },
    120_000,
  );
});
