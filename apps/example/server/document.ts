import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { GetTopic } from "@sluice/server";
import { applyUpdate, Doc, encodeStateAsUpdate } from "yjs";
import { contract } from "../shared/contract.ts";
import { attempt } from "./attempt.ts";
import { s } from "./implementer.ts";

/** Milliseconds that a reader may be away before it counts as gone: it may have been cut. */
const leaveDelay = 2_000;

export function document() {
  return {
    text: s.document.text.live(),

    edit: s.document.edit.handler(async ({ input, errors, topic }) => {
      try {
        applyUpdate(new Doc(), input.update);
      } catch {
        throw errors.badRequest({ message: "This is not a Yjs update." });
      }
      await topic(contract.document.text).publish({ type: "edited", data: input });
    }),

    presence: s.document.presence
      .use(async ({ input: { clientId }, signal, topic, next }) => {
        const presence = topic(contract.document.presence, { clientId });
        // Who comes back, also to another server, has begun another visit: then the end of this one changes nothing.
        const visit = randomUUID();
        await presence.publish({ type: "entered", data: { clientId, visit, at: Date.now() } });
        const leave = async () => {
          await sleep(leaveDelay, undefined, { ref: false });
          await attempt(() => presence.publish({ type: "left", data: { clientId, visit } }));
        };
        if (signal.aborted) void leave();
        else signal.addEventListener("abort", leave, { once: true });
        return next();
      })
      .live(),

    move: s.document.move.handler(async ({ input, errors, topic }) => {
      const presence = topic(contract.document.presence, { clientId: input.clientId });
      const { visits } = (await presence.state()).state;
      if (!(input.clientId in visits)) throw errors.notPresent();
      await presence.publish({ type: "moved", data: { ...input, at: Date.now() } });
    }),
  };
}

/** Publishes the first draft, unless the log has a text. */
export async function setUpDocument(topic: GetTopic): Promise<void> {
  const text = topic(contract.document.text);
  const { update } = (await text.state()).state;
  // An empty text is encoded as two zeros.
  if (update.length <= 2) await text.publish({ type: "edited", data: { update: encodeStateAsUpdate(firstDraft()) } });
}

/** The same after every start, including the ids that Yjs assigns, so that it merges with the documents of browsers. */
function firstDraft(): Doc {
  const doc = new Doc();
  doc.clientID = 1;
  doc.getText().insert(0, text);
  return doc;
}

const text = `Write here
==========

Open this page in a second window, put them side by side, and write in both.

Then cut the connection, or switch the network off, and continue writing.
When you are back, both texts become one, and nothing is lost.
`;
