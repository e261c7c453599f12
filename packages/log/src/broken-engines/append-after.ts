import { read } from "../conformance/helpers.js";
import type { AppendOptions } from "../log.js";
import { type BrokenEngine, broken } from "./broken.js";

/** The options, without a condition on where the topic ends. */
const anywhere = <O extends AppendOptions>(options: O | undefined) => ({ ...options, after: undefined }) as O;

export const brokenAfter: readonly BrokenEngine[] = [
  {
    name: "appends wherever the topic ends",
    setup: broken((log) => ({ append: (topic, events, options) => log.append(topic, events, anywhere(options)) })),
    caughtBy: [
      "appends after a cursor only if the topic ends there, and else says what has come since",
      "lets one of many through that append after the same cursor",
      "answers a conflict with a page to read on from, however much has come",
      "answers an append after a cursor that isn't of this history with the gap",
      "changes nothing of a topic by an append that meets a conflict",
    ],
  },
  {
    name: "looks where the topic ends before it waits, and so lets races through",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const { head } = await read(log, topic, "oldest", 0);
        const isThere = options?.after?.offset === head.offset;
        return log.append(topic, events, isThere ? anywhere(options) : options);
      },
    })),
    caughtBy: ["lets one of many through that append after the same cursor"],
  },
  {
    name: "looks where the topic ends by offsets alone",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const { head } = await read(log, topic, "oldest", 0);
        const after = options?.after?.offset === head.offset ? head : options?.after;
        return log.append(topic, events, { ...options, after } as typeof options);
      },
    })),
    caughtBy: ["answers an append after a cursor that isn't of this history with the gap"],
  },
  {
    name: "looks where the topic ends before it looks for the key",
    setup: broken((log) => ({
      async append(topic, events, { idempotencyKey, ...options } = {}) {
        const answer = await log.append(topic, events, options as typeof options & { readonly after: never });
        if (!answer.ok || idempotencyKey === undefined) return answer;
        return log.append(topic, events, { ...anywhere(options), idempotencyKey });
      },
    })),
    caughtBy: ["takes a retry for a duplicate, wherever the topic ends by now"],
  },
  {
    name: "answers a conflict without what has come",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        if (answer.ok || answer.reason !== "moved" || !answer.since.ok) return answer;
        const { head } = answer.since;
        return { ...answer, since: { ok: true, entries: [], end: head, head } } as typeof answer;
      },
    })),
    caughtBy: [
      "appends after a cursor only if the topic ends there, and else says what has come since",
      "answers a conflict with a page to read on from, however much has come",
    ],
  },
  {
    name: "takes note of an append's record and key before it finds a conflict",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        if (!answer.ok && options?.idempotencyKey) await log.append(topic, events, anywhere(options));
        return answer;
      },
    })),
    caughtBy: ["changes nothing of a topic by an append that meets a conflict"],
  },
  {
    name: "answers with the place after its entries as the one before",
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
