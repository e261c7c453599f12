import { headOf, read } from "../conformance/helpers.js";
import type { Cursor, LogEvent } from "../log.js";
import { type BrokenEngine, broken } from "./broken.js";

export const brokenAppends: readonly BrokenEngine[] = [
  {
    name: "reorders the events of a batch",
    setup: broken((log) => ({ append: (topic, events, options) => log.append(topic, events.toReversed(), options) })),
    caughtBy: [
      "keeps a batch in order",
      "keeps concurrent batches whole",
      "keeps its promises through random appends, trims, reads and snapshots",
    ],
  },
  {
    name: "reorders appends that follow each other",
    setup: broken((log) => {
      const held = new Map<string, readonly LogEvent[]>();
      return {
        async append(topic, events, options) {
          const { offset } = await headOf(log, topic);
          const before = held.get(topic);
          held.delete(topic);
          // Every fourth append waits until the next one is done.
          if (!before && offset % 4 === 3) {
            held.set(topic, events);
            const head = await headOf(log, topic);
            const cursor = { ...head, offset: head.offset + events.length };
            return { ok: true, duplicate: false, cursor, before: head, entries: [] };
          }
          return log.append(topic, [...events, ...(before ?? [])], options);
        },
      };
    }),
    caughtBy: [
      "numbers each topic's entries from 1 without a gap",
      "reads entries in the order of their appends",
      "keeps its promises through random appends, trims, reads and snapshots",
    ],
  },
  {
    name: "appends over several connections",
    setup: broken((log) => {
      let calls = 0;
      return {
        async append(topic, events, options) {
          const batch = events.map((event) => ({ ...event }));
          for (let turns = calls++ % 3; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
          return log.append(topic, batch, options);
        },
      };
    }),
    caughtBy: ["applies appends that don't wait for each other in the order of their calls"],
  },
  {
    name: "appends what has a key after looking the key up",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const batch = events.map((event) => ({ ...event }));
        const key = options?.idempotencyKey;
        const first = key === undefined ? undefined : await log.findAppend(topic, key);
        if (first) return { ok: true, duplicate: true, cursor: first };
        return log.append(topic, batch, options);
      },
    })),
    caughtBy: ["applies appends that don't wait for each other in the order of their calls"],
  },
  {
    name: "appends the first half of a batch",
    setup: broken((log) => ({
      append: (topic, events, options) => log.append(topic, events.slice(0, Math.ceil(events.length / 2)), options),
    })),
    caughtBy: [
      "answers an append with the cursor of its last event",
      "keeps a batch in order",
      "keeps its promises through random appends, trims, reads and snapshots",
    ],
  },
  {
    name: "appends a batch event by event",
    setup: broken((log) => ({
      async append(topic, events, options) {
        let answer = await log.append(topic, events.slice(0, 1), options);
        if (!answer.ok || answer.duplicate) return answer;
        for (const event of events.slice(1)) answer = await log.append(topic, [event]);
        return answer;
      },
    })),
    caughtBy: ["keeps concurrent batches whole", "never shows a reader a part of a batch"],
  },
  {
    name: "accepts an empty append",
    setup: broken((log) => ({
      async append(topic, events, options) {
        if (events.length === 0) return { ok: true, duplicate: true, cursor: await headOf(log, topic) };
        return log.append(topic, events, options);
      },
    })),
    caughtBy: ["refuses an append without events"],
  },
  {
    name: "reads the events after the call has returned",
    setup: broken((log) => ({
      async append(topic, events, options) {
        await Promise.resolve();
        return log.append(topic, events, options);
      },
    })),
    caughtBy: ["ignores changes of an event after the append call"],
  },
  {
    name: "answers with the cursor of the first event",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        if (!answer.ok) return answer;
        const page = await read(log, topic, { last: events.length }, 1);
        return { ...answer, cursor: (page.ok && page.entries[0]?.cursor) || answer.cursor };
      },
    })),
    caughtBy: [
      "answers an append with the cursor of its last event",
      "keeps its promises through random appends, trims, reads and snapshots",
    ],
  },
  {
    name: "keeps nothing but ASCII",
    setup: broken((log) => ({
      append(topic, events, options) {
        const ascii = (text: string) => text.replace(/[^ -~]/gu, "?");
        return log.append(
          topic,
          events.map(({ type, data }) => ({ type: ascii(type), data: ascii(data) })),
          options,
        );
      },
    })),
    caughtBy: ["returns events unchanged, whatever their text", "keeps topics with odd names apart"],
  },
  {
    name: "cuts texts at a zero character",
    setup: broken((log) => {
      const cut = (text: string) => text.split("\0", 1)[0] ?? "";
      return {
        append: (topic, events, options) =>
          log.append(
            topic,
            events.map(({ type, data }) => ({ type: cut(type), data: cut(data) })),
            {
              ...options,
              ...(options?.idempotencyKey && { idempotencyKey: cut(options.idempotencyKey) }),
              ...(options?.record && { record: cut(options.record) }),
            } as typeof options,
          ),
      };
    }),
    caughtBy: [
      "returns events unchanged, whatever their text",
      "keeps the idempotency keys of topics apart",
      "keeps the last record through appends that set none",
    ],
  },
  {
    name: "replaces half a surrogate pair",
    setup: broken((log) => {
      const whole = (text: string) => new TextDecoder().decode(new TextEncoder().encode(text));
      return {
        append: (topic, events, options) =>
          log.append(
            topic,
            events.map(({ type, data }) => ({ type: whole(type), data: whole(data) })),
            options,
          ),
      };
    }),
    caughtBy: ["refuses text that is not well-formed Unicode, and appends nothing"],
  },
  {
    name: "forgets idempotency keys",
    setup: broken((log) => ({
      append: (topic, events, options) => log.append(topic, events, { stateful: options?.stateful ?? false }),
    })),
    caughtBy: [
      "appends once per idempotency key, and answers with the first cursor",
      "appends once when retries race",
      "remembers an idempotency key whose entries are trimmed",
    ],
  },
  {
    name: "forgets idempotency keys too soon",
    setup: (options) => broken(() => ({}))({ ...options, dedupe: { keys: 10, age: 400 } }),
    caughtBy: [
      "remembers the configured number of idempotency keys",
      "remembers idempotency keys for longer than entries, even in an idle topic",
      "remembers idempotency keys up to their age",
    ],
  },
  {
    name: "mixes up the idempotency keys of topics",
    setup: broken((log) => {
      const used = new Set<string>();
      return {
        async append(topic, events, options) {
          const key = options?.idempotencyKey ?? "";
          if (key && used.has(key)) return { ok: true, duplicate: true, cursor: await headOf(log, topic) };
          used.add(key);
          return log.append(topic, events, options);
        },
      };
    }),
    caughtBy: ["keeps the idempotency keys of topics apart"],
  },
  {
    name: "treats equal events as a retry",
    setup: broken((log) => ({
      append: (topic, events, options) =>
        log.append(topic, events, { idempotencyKey: JSON.stringify(events), ...options }),
    })),
    caughtBy: ["appends every time without an idempotency key"],
  },
  {
    name: "checks idempotency keys before it waits, and so allows races",
    setup: broken((log) => {
      const used = new Map<string, Cursor>();
      return {
        async append(topic, events, options) {
          const key = options?.idempotencyKey === undefined ? undefined : `${options.idempotencyKey} ${topic}`;
          const first = key === undefined ? undefined : used.get(key);
          if (first) return { ok: true, duplicate: true, cursor: first };
          const answer = await log.append(topic, events, { stateful: options?.stateful ?? false });
          if (key !== undefined) used.set(key, answer.cursor);
          return answer;
        },
      };
    }),
    caughtBy: [
      "appends once when retries race",
      "appends a retried batch again if its first append was lost",
      "remembers idempotency keys up to their age",
      "frees a stateful topic completely when its stateTtl has passed",
    ],
  },
];
