import type { Reset } from "@sluice/client";
import { useSubscription } from "@sluice/client/react";
import { useEffect, useRef } from "react";
import {
  applyUpdate,
  decodeStateVector,
  encodeStateAsUpdate,
  encodeStateVector,
  encodeStateVectorFromUpdate,
} from "yjs";
import { client } from "../../client.ts";
import { doc, edits, fromServer } from "./shared-text.ts";

/** Applies the server's updates to the document. Yjs ignores updates that it knows. */
export function useSharedText(onReset: (reset: Reset) => void) {
  const subscription = useSubscription(client.document.text, undefined, { onReset });
  const update = subscription.data?.update;
  const isLive = subscription.connection.status === "live";
  const wasLive = useRef(false);
  useEffect(() => {
    if (!update) return;
    applyUpdate(doc, update, fromServer);
    if (isLive && !wasLive.current) sendMissing(update);
    wasLive.current = isLive;
  }, [update, isLive]);
  return subscription;
}

/** Sends the edits that the server lacks: after a crash it may have lost edits that this window still has. */
function sendMissing(update: Uint8Array): void {
  const known = encodeStateVectorFromUpdate(update);
  const clocks = decodeStateVector(known);
  const own = decodeStateVector(encodeStateVector(doc));
  const isBehind = [...own].some(([client, clock]) => clock > (clocks.get(client) ?? 0));
  if (isBehind) edits.add(encodeStateAsUpdate(doc, known));
}
