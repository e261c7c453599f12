import { printWarning } from "../options/on-error.js";
import type { Implementation } from "../procedure/implementation.js";

/**
 * Returns a function that warns, once, if procedures have `onSubscribe`: each subscription counts as a client of its own, so each
 * reconnect shows as somebody who has left and somebody who has come.
 */
export function warnerOfUnidentified(implementations: ReadonlyMap<string, Implementation>): () => void {
  let paths = [...implementations].flatMap(([path, { run }]) => (run.kind === "live" && run.onSubscribe ? [path] : []));
  return () => {
    const [path, ...others] = paths;
    paths = [];
    if (path === undefined) return;
    const more = others.length > 0 ? ` (and ${others.join(", ")})` : "";
    printWarning(
      `onSubscribe${more} is called for each subscription, also after a reconnect, as the adapter has no "identify": name the client with identify: (request, context) => context.user?.id, or say identify: () => undefined if that is meant.`,
      path,
    );
  };
}
