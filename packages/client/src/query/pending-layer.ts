import type { AnySubscription } from "@sluice/contract";
import type { QueryClient } from "@tanstack/query-core";
import type { SubscriptionInternals } from "../procedure/procedure.js";
import { batch } from "./batch.js";
import { bridgeOf } from "./bridge.js";
import type { Outcome } from "./mutation-outcome.js";
import { type Overlay, overlaid, overlaysOf } from "./overlay.js";
import { isEcho, judge, type PendingChange, withChanges } from "./pending-change.js";
import { viewKey } from "./sluice-key.js";
import { writeData } from "./write-query.js";

/** How long after its answer a change may wait for its event, in milliseconds. */
const patience = 5_000;

const nothing = () => {};

/** The changes that one state shows in one QueryClient. */
export interface PendingLayer {
  add(change: Pick<PendingChange, "state" | "echo">): Outcome;
}

type LayerOverlay = Overlay & { readonly layer: PendingLayer };

export function layerOf(
  client: QueryClient,
  internals: SubscriptionInternals<AnySubscription>,
  input: unknown,
): PendingLayer {
  const queryKey = viewKey(internals, input, "state");
  const { queryHash } = client.defaultQueryOptions({ queryKey });
  const overlays = overlaysOf(client);
  const existing = overlays.get(queryHash) as LayerOverlay | undefined;
  if (existing) return existing.layer;

  let changes: readonly PendingChange[] = [];
  let unsubscribe: (() => void) | undefined;
  let asking = Promise.resolve();
  /** The next fresh state, as long as it isn't asked for. */
  let next: Promise<void> | undefined;
  let isEvent = false;
  let shown: { readonly base: unknown; readonly changes: typeof changes; readonly visible: unknown } | undefined;
  // Kept by the registry while somebody subscribes. Without a subscriber it may be another one later.
  const shared = () => internals.shared(input);

  /**
   * Follows a subscription that is open. Nobody sees the change of another one, so it isn't opened for that.
   *
   * @param isFirst whether nothing can have come since the changes began.
   */
  function follow(isFirst: boolean): void {
    if (unsubscribe || changes.length === 0 || shared().connection.status === "closed") return;
    isEvent = isFirst && shared().shown.known;
    // It tells a state that is known before it returns.
    unsubscribe = nothing;
    const stop = shared().subscribe({
      onEvent(event) {
        isEvent = true;
        const echoed = changes.find((change) => isEcho(change, event));
        if (!echoed) return;
        forget(echoed);
        // The last one is gone, and with it the subscription that tells the state.
        if (!unsubscribe) refreshHidden();
      },
      onState() {
        for (const change of changes) change.mayBeCovered ||= !isEvent;
        isEvent = false;
        for (const change of changes) settle(change);
        refreshHidden();
      },
      onError: lose,
      onEnd: lose,
    });
    if (unsubscribe) unsubscribe = stop;
    else stop();
  }

  /** Nothing more comes. */
  function lose(): void {
    unsubscribe?.();
    unsubscribe = undefined;
    const answered = changes.filter(({ isAnswered }) => isAnswered);
    for (const change of answered) forget(change);
    if (answered.length > 0) refresh();
  }

  function settle(change: PendingChange): void {
    const verdict = judge(change, shared().connection.cursor());
    if (verdict === "over") forget(change);
    else if (verdict === "ask") ask(change);
    else if (change.isAnswered) change.timer ??= setTimeout(ask, patience, change);
  }

  function ask(change: PendingChange): void {
    if (!unsubscribe || change.isAsked) return;
    change.isAsked = true;
    // A fresh state that is already on its way may be from before the answer. The next one decides about all that are answered by then.
    next ??= asking = asking.then(askAll).catch(nothing);
    next.then(() => remove(change));
  }

  function askAll(): Promise<void> | undefined {
    next = undefined;
    return changes.some(({ isAsked }) => isAsked) ? shared().resync() : undefined;
  }

  function forget(change: PendingChange): void {
    clearTimeout(change.timer);
    changes = changes.filter((other) => other !== change);
    if (changes.length > 0) return;
    unsubscribe?.();
    unsubscribe = undefined;
    overlays.delete(queryHash);
  }

  function remove(change: PendingChange): void {
    if (!changes.includes(change)) return;
    forget(change);
    refresh();
  }

  const viewOf = () => bridgeOf(client).find(queryKey);

  /** Shows what is known now. */
  function refresh(): void {
    const view = viewOf();
    const query = client.getQueryCache().get(queryHash);
    batch(client, () => {
      if (view?.isStarted) view.flush();
      else if (query?.state.data !== undefined && shared().shown.known) {
        writeData(client, query, overlaid(client, query, shared().shown.value));
      }
    });
  }

  /** A view that is open has yet to get the state, or is about to show it. */
  function refreshHidden(): void {
    if (!viewOf()?.isStarted) refresh();
  }

  const overlay: Overlay = (base) => {
    follow(false);
    if (!shown || shown.base !== base || shown.changes !== changes) {
      shown = { base, changes, visible: withChanges(base, changes) };
    }
    return shown.visible;
  };

  const layer: PendingLayer = {
    add(given) {
      const change: PendingChange = { ...given, isAnswered: false, mayBeCovered: false, isAsked: false };
      changes = [...changes, change];
      overlays.set(queryHash, Object.assign(overlay, { layer }));
      follow(true);
      refresh();
      return {
        answered(output) {
          if (!changes.includes(change)) return;
          change.isAnswered = true;
          change.cursor = cursorOf(output);
          if (unsubscribe) settle(change);
          else forget(change);
          if (!changes.includes(change)) refresh();
        },
        failed: () => remove(change),
      };
    },
  };
  return layer;
}

function cursorOf(output: unknown): string | undefined {
  const cursor = (output as { readonly cursor?: unknown } | null | undefined)?.cursor;
  return typeof cursor === "string" ? cursor : undefined;
}
