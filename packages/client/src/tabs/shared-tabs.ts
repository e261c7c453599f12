import type { TabSharing } from "../transport/transport.js";
import { messageFormat } from "./messages.js";
import { browserPage } from "./page.js";
import { createTabsTransport } from "./tabs-transport.js";

export interface SharedTabsOptions {
  /**
   * Names the user: tabs share only what the same user may see. Use an id that no other user of this origin has, and
   * `null` where there are no users, or none has logged in.
   */
  readonly key: string | number | null;
}

/**
 * One stream for all tabs: pass it as the client's `tabs` option. The tabs of one origin whose clients have the same
 * `url` and key elect one of them, whose client opens the streams, with its own `headers`, `fetch` and
 * `onUnauthorized`, and passes what comes to the others. When that tab is closed, crashes, freezes or doesn't answer
 * for 2.5 seconds, a visible one takes its place. Each tab goes on from its own cursor, so none misses an event.
 *
 * Not shared are loops (`iterate`), generators that aren't resumable, and procedures with `method: "POST"`. Where the
 * platform has no Web Locks or no BroadcastChannel (an insecure context, an old browser, Node), each tab has its own
 * streams.
 *
 * @throws TypeError for an invalid option: names it, the value given, and what is allowed.
 * @example
 * const client = createClient(contract, { url: "/api", tabs: sharedTabs({ key: user.id }) });
 */
export function sharedTabs(options: SharedTabsOptions): TabSharing {
  checkOptions(options);
  const { key } = options;
  const page = browserPage();
  if (!page) return (own) => own;
  return (own, { url, clock }, closing) => {
    const name = `${messageFormat} ${JSON.stringify([new URL(url, location.href).href, key])}`;
    return createTabsTransport({ page, name, own, clock, closing });
  };
}

function checkOptions(options: SharedTabsOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`The options of sharedTabs are ${String(options)}; allowed is an object.`);
  }
  for (const name of Object.keys(options)) {
    if (name !== "key") throw new TypeError(`The option "${name}" of sharedTabs is unknown; allowed is key.`);
  }
  const { key } = options;
  const isKey = key === null || (typeof key === "string" && key !== "") || Number.isFinite(key);
  if (isKey) return;
  const given = typeof key === "string" ? JSON.stringify(key) : String(key);
  const allowed = "a user's id (a text that is not empty, or a number), or null if there are no users";
  throw new TypeError(`The option "key" of sharedTabs is ${given}; allowed is ${allowed}.`);
}
