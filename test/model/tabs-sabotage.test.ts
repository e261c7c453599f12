import { describe, expect, it } from "vitest";
import type { Page } from "../../packages/client/src/tabs/page.js";
import { complaints } from "./find-defect.js";
import { runTabs } from "./run.js";
import type { Sabotage } from "./sabotage.js";

interface Said {
  readonly kind: string;
  readonly leader: string;
  readonly feed: number;
  readonly items: readonly { readonly kind: string }[];
}

/** Tabs that pass on no event before their stream is live. */
const passingOnWhatIsLive: Sabotage = {
  page(page) {
    const live = new Set<string>();
    const change = (said: Said): Said => {
      if (said.kind !== "feed") return said;
      const isKept = ({ kind }: { readonly kind: string }) => {
        if (kind === "live") live.add(`${said.leader} ${said.feed}`);
        return kind !== "event" || live.has(`${said.leader} ${said.feed}`);
      };
      return { ...said, items: said.items.filter(isKept) };
    };
    return {
      ...page,
      openChannel(name, onMessage) {
        const channel = page.openChannel(name, onMessage);
        return { ...channel, post: (data) => channel.post((data as readonly Said[]).map(change)) };
      },
    };
  },
};

/** Tabs whose lock of the leader is another one. */
const locking = (change: (page: Page) => Page["lock"]): Sabotage => ({
  page(page) {
    const lock = change(page);
    return { ...page, lock: (name, ...rest) => (name === "model" ? lock(name, ...rest) : page.lock(name, ...rest)) };
  },
});
const never = () => new Promise(() => {});

/** Defects, and the model's complaint about each. */
const defects: readonly (readonly [string, RegExp, Sabotage])[] = [
  [
    "a leader that dies silently, and nobody takes its place",
    /until #\d+ .* is at/,
    locking((page) => (page.newId().startsWith("tab 1#") ? page.lock : never)),
  ],
  [
    "a leader that dies silently, and what came until another took its place is lost",
    /not what follows|passes over|has a state of|has the state/,
    passingOnWhatIsLive,
  ],
];

describe("the model finds", () => {
  it.each(defects)(
    "%s",
    async (_what, complaint, sabotage) => {
      expect((await complaints(runTabs, sabotage, complaint)).at(-1)).toMatch(complaint);
    },
    120_000,
  );
});
