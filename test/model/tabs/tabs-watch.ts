import type { Watch } from "../watch.js";

export type TabsWatch = Watch;

/**
 * Watches what is asked for and told for one subscription of an origin, whatever tab asks. A tab that leads asks for others, too, so
 * less can be said than of one client: what a tab was told, its own subscribers see. Refusals are counted for good: another tab may be
 * admitted between two of them.
 */
export function createTabsWatch(blame: (what: string) => void): TabsWatch {
  let refusals = 0;
  return {
    ask: (_cursor, complaint) => (frame) => {
      if (frame.kind === "error" && frame.code === "unauthorized") refusals++;
      const isTold = frame.kind === "event" || frame.kind === "snapshot";
      if (isTold && complaint !== undefined) blame(`was told ${frame.data} where it asked after ${complaint}`);
    },
    answered(status) {
      if (status === 401) refusals++;
    },
    leave() {},
    recent: "",
    get refusals() {
      return refusals;
    },
  };
}
