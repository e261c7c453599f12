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

/** Brings what the server has into the document. Yjs takes no notice of what it knows already. */
export function useSharedText(onReset: (reset: Reset) => void) {
  const subscription = useSubscription(client.document.text, undefined, { onReset });
  const update = subscription.data?.update;
  const isLive = subscription.connection.state === "live";
  const wasLive = useRef(false);
  useEffect(() => {
    if (!update) return;
    applyUpdate(doc, update, fromServer);
    if (isLive && !wasLive.current) giveBack(update);
    wasLive.current = isLive;
  }, [update, isLive]);
  return subscription;
}

/** Sends what the server lacks: after a crash it may have lost what this window still has. */
function giveBack(update: Uint8Array): void {
  const known = encodeStateVectorFromUpdate(update);
  const clocks = decodeStateVector(known);
  const own = decodeStateVector(encodeStateVector(doc));
  const isBehind = [...own].some(([client, clock]) => clock > (clocks.get(client) ?? 0));
  if (isBehind) edits.add(encodeStateAsUpdate(doc, known));
}
