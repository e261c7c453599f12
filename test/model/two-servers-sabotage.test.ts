import { formatCursor } from "@sluice/contract/wire";
import type { Log } from "@sluice/server";
import { describe, expect, it } from "vitest";
import type { Cursor } from "../../packages/log/src/log.js";
import { boardTopic } from "./board.js";
import { type Change, changes, type Edition } from "./edition.js";
import { complaints } from "./find-defect.js";
import { runModel } from "./run.js";
import type { Sabotage } from "./sabotage.js";

/** An engine that ignores `after`. */
const unconditional =
  (path: string) =>
  (log: Log): Log => ({
    ...log,
    append(topic, events, options = {}) {
      const { after: _, ...others } = options;
      return log.append(topic, events, topic === path ? others : options) as never;
    },
  });

/** An engine that checks `after` before the idempotency key. */
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

/** An engine that accepts only the cursors that this server has seen. */
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

/** An engine that wakes a server only for its own appends. */
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

/** A log in which nobody finds what other servers said. */
const unheard = (log: Log): Log => ({
  ...log,
  async open(topic, options) {
    const opened = await log.open(topic, options);
    const { page } = opened;
    return topic === "$control" && page.ok ? { page: { ...page, entries: [] } } : opened;
  },
  watch: (topic, onAppend) => log.watch(topic, (wakeup) => onAppend(topic === "$control" ? undefined : wakeup)),
});

const unversioned = (log: Log): Log => ({
  ...log,
  append: (topic, events, options) =>
    log.append(
      topic,
      events.filter(({ type }) => type !== "$version"),
      options,
    ),
});

/** An edition that knows the other edition's events, and ignores them. */
const indifferent = (edition: Edition, other: Edition): Edition => ({
  ...edition,
  instead: {
    types: [...new Set([...edition.types, ...other.types])],
    apply: (state, type, n) => (edition.types.includes(type) ? edition.apply(state, type, n) : state),
  },
});

/** A client that takes an unavailable topic for a final error. */
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

/** A change after which no server can fold an older server's events again. */
const renamed = changes.find(({ what }) => what.includes("renamed, and")) as Change;

/** Defects that show only with two servers or two contracts, and the model's complaint about each. */
const defects: readonly (readonly [string, RegExp, Sabotage])[] = [
  [
    "a server that checks a fold, and then appends despite later appends",
    /where it doesn't fold/,
    { log: unconditional("state/doc") },
  ],
  [
    "an older server that publishes to a newer server's topic",
    /by a contract of version 1 is in/,
    { log: unconditional(boardTopic) },
  ],
  [
    "a key that is looked up only if the topic has not moved",
    /a publish of \S+ to state\/doc failed: \S*Error: An event "item"/,
    { log: keysLast },
  ],
  [
    "a server that accepts no other server's cursors",
    /was told a reset \(diverged, .*, which is not so/,
    { log: ownCursors },
  ],
  ["a server that isn't woken for another server's appends", /waited in vain until #\d+ \(/, { log: ownAppends }],
  ["a server that ignores what another one was told", /goes on at another server after/, { log: unheard }],
  [
    "a server that doesn't record the version that it publishes with",
    /by a contract of version 2 is in/,
    { log: unversioned },
  ],
  [
    "an older contract that skips unknown events silently",
    /which its contract doesn't know|has the state \S+ at \S+, where it is/,
    { change: (change) => ({ ...change, old: indifferent(change.old, change.new) }) },
  ],
  [
    "a state of another version that is used without migration",
    /has the state \S+ at \S+, where it is/,
    { change: () => ({ ...renamed, new: { ...renamed.new, instead: { migrate: (old) => old } } }) },
  ],
  [
    "a client that gives up when a server's contract is older",
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
