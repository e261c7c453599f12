import { Awareness } from "y-protocols/awareness";
import { Doc, mergeUpdates } from "yjs";
import { client } from "../../client.ts";
import { Sender } from "./sender.ts";

// Outside of any component, so that unsent edits survive a visit to another page.
export const doc = new Doc();
export const text = doc.getText();
export const awareness = new Awareness(doc);

/** Marks changes that came from the server, so that they are not sent back. */
export const fromServer = Symbol("from server");

export const edits = new Sender<Uint8Array>({
  send: (update) => client.document.edit({ update }),
  merge: (older, newer) => mergeUpdates([older, newer]),
  gather: 50,
  keep: true,
});

doc.on("update", (update: Uint8Array, origin: unknown) => {
  if (origin !== fromServer) edits.add(update);
});
