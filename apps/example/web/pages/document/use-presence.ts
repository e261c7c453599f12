import { useSubscription } from "@sluice/client/react";
import { useEffect, useSyncExternalStore } from "react";
import { applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import { client } from "../../client.ts";
import { colourOf } from "./colours.ts";
import { Sender } from "./sender.ts";
import { awareness, doc, fromServer } from "./shared-text.ts";

const clientId = doc.clientID;

/** Only the latest position counts. */
const moves = new Sender<Uint8Array>({
  send: (awareness) => client.document.move({ clientId, awareness }),
  merge: (_older, newer) => newer,
  gather: 100,
  keep: false,
});

const sendMove = (_: unknown, origin: unknown) => {
  if (origin === "local" && awareness.getLocalState()) moves.add(encodeAwarenessUpdate(awareness, [clientId]));
};

/** Shows other people in this window, and this window to them, under a name. */
export function usePresence(name: string) {
  const { data, connection } = useSubscription(client.document.presence, { clientId });
  const people = data?.people;
  const isLive = connection.status === "live";

  // Announces this window again when the stream has reopened, and when the server has removed it, as after a long
  // time offline.
  const isSeen = people !== undefined && String(clientId) in people;
  useEffect(() => {
    if (!isLive) return;
    awareness.on("update", sendMove);
    const colour = colourOf(clientId);
    awareness.setLocalState({ ...awareness.getLocalState(), user: { name, color: colour, colorLight: `${colour}33` } });
    return () => awareness.off("update", sendMove);
  }, [name, isLive, isSeen]);

  useEffect(() => {
    if (!people) return;
    const others = Object.entries(people).filter(([id]) => id !== String(clientId));
    for (const [, update] of others) applyAwarenessUpdate(awareness, update, fromServer);
    const gone = [...awareness.getStates().keys()].filter((id) => id !== clientId && !(id in people));
    removeAwarenessStates(awareness, gone, fromServer);
  }, [people]);

  // Keep the other people: the awareness protocol would not add them again before they move.
  useEffect(() => () => awareness.setLocalState(null), []);

  return { connection, people: useSyncExternalStore(subscribe, peopleNow) };
}

export interface Person {
  readonly clientId: number;
  readonly name: string;
  readonly colour: string;
}

let shown: readonly Person[] = [];

const subscribe = (listener: () => void) => {
  awareness.on("change", listener);
  return () => awareness.off("change", listener);
};

/** Returns the same array as long as nobody comes, leaves or changes names. */
function peopleNow(): readonly Person[] {
  const now = [...awareness.getStates()].flatMap(([clientId, { user }]): Person[] =>
    user ? [{ clientId, name: String(user["name"]), colour: colourOf(clientId) }] : [],
  );
  const isSame = now.length === shown.length && now.every((person, i) => person.name === shown[i]?.name);
  if (!isSame) shown = now;
  return shown;
}
