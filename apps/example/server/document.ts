import { applyUpdate, Doc, decodeUpdate, encodeStateAsUpdate } from "yjs";
import { contract } from "../shared/contract.ts";
import { s } from "./implementer.ts";
import { createPresence } from "./presence.ts";

export function document() {
  const doc = firstDraft();
  const presence = createPresence();

  return {
    // The server's own document replaces the fold, because Yjs can drop deleted text from it. It contains every edit
    // before the log does, and applying an edit twice is harmless, so the snapshot needs no cursor.
    text: s.document.text.live({ snapshot: () => ({ state: { update: encodeStateAsUpdate(doc) } }) }),

    edit: s.document.edit.handler(async ({ input, errors, topic }) => {
      try {
        decodeUpdate(input.update);
        applyUpdate(doc, input.update);
      } catch {
        throw errors.badRequest({ message: "This is not a Yjs update." });
      }
      await topic(contract.document.text).publish({ type: "edited", data: input });
    }),

    presence: s.document.presence
      .use(({ input: { clientId }, signal, topic, next }) => {
        presence.enter(clientId, signal, () => {
          void topic(contract.document.presence, { clientId }).publish({ type: "left", data: { clientId } });
        });
        return next();
      })
      .live(),

    move: s.document.move.handler(async ({ input, errors, topic }) => {
      if (!presence.has(input.clientId)) throw errors.notPresent();
      await topic(contract.document.presence, { clientId: input.clientId }).publish({ type: "moved", data: input });
    }),
  };
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
