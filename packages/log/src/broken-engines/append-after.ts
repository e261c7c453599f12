import { read } from "../conformance/helpers.js";
import type { AppendOptions } from "../log.js";
import { type BrokenEngine, broken } from "./broken.js";

/** The options without `after`. */
const anywhere = <O extends AppendOptions>(options: O | undefined) => ({ ...options, after: undefined }) as O;

export const brokenAfter: readonly BrokenEngine[] = [
  {
    name: "appends wherever the topic ends",
    setup: broken((log) => ({ append: (topic, events, options) => log.append(topic, events, anywhere(options)) })),
    caughtBy: [
      "appends after a cursor only if the topic ends there, and otherwise answers with the later entries",
      "lets only one of many appends after the same cursor through",
      "answers a conflict with a page to continue from, however much was appended",
      "answers an append after a cursor of another history with the gap",
      "does not change a topic if an append meets a conflict",
    ],
  },
  {
    name: "checks the cursor before it waits, and so allows races",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const { head } = await read(log, topic, "oldest", 0);
        const isThere = options?.after?.offset === head.offset;
        return log.append(topic, events, isThere ? anywhere(options) : options);
      },
    })),
    caughtBy: ["lets only one of many appends after the same cursor through"],
  },
  {
    name: "checks the cursor by its offset alone",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const { head } = await read(log, topic, "oldest", 0);
        const after = options?.after?.offset === head.offset ? head : options?.after;
        return log.append(topic, events, { ...options, after } as typeof options);
      },
    })),
    caughtBy: ["answers an append after a cursor of another history with the gap"],
  },
  {
    name: "checks the cursor before the key",
    setup: broken((log) => ({
      async append(topic, events, { idempotencyKey, ...options } = {}) {
        const answer = await log.append(topic, events, options as typeof options & { readonly after: never });
        if (!answer.ok || idempotencyKey === undefined) return answer;
        return log.append(topic, events, { ...anywhere(options), idempotencyKey });
      },
    })),
    caughtBy: ["recognizes a retry as a duplicate, wherever the topic ends now"],
  },
  {
    name: "answers a conflict without the later entries",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        if (answer.ok || answer.reason !== "moved" || !answer.since.ok) return answer;
        const { head } = answer.since;
        return { ...answer, since: { ok: true, entries: [], end: head, head } } as typeof answer;
      },
    })),
    caughtBy: [
      "appends after a cursor only if the topic ends there, and otherwise answers with the later entries",
      "answers a conflict with a page to continue from, however much was appended",
    ],
  },
  {
    name: "keeps an append's record and key before it finds a conflict",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        if (!answer.ok && options?.idempotencyKey) await log.append(topic, events, anywhere(options));
        return answer;
      },
    })),
    caughtBy: ["does not change a topic if an append meets a conflict"],
  },
  {
    name: "answers with the cursor after its entries as the one before",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        return answer.ok && !answer.duplicate ? { ...answer, before: answer.cursor } : answer;
      },
    })),
    caughtBy: [
      "answers an append with its entries and the cursor before them",
      "keeps its promises through random appends, trims, reads and snapshots",
    ],
  },
  {
    name: "finds no append by its key",
    setup: broken(() => ({ findAppend: async () => undefined })),
    caughtBy: ["finds an append by its idempotency key, in its topic alone"],
  },
];
