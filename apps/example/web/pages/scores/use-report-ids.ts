import { useRef } from "react";
import type { Side } from "../../../shared/scores.ts";

/** Milliseconds in which a second report for the same team counts as part of a double click. */
const doubleClick = 800;

/**
 * The ids of goal reports. An id stays in use until its report was counted, so a retry after a failure can't count a
 * goal twice.
 */
export function useReportIds() {
  const ids = useRef(new Map<Side, string>());
  return {
    idFor(side: Side): string {
      const id = ids.current.get(side) ?? crypto.randomUUID();
      ids.current.set(side, id);
      return id;
    },
    /** The report was counted: after a moment, the next report is another goal. */
    spend(side: Side): void {
      const spent = ids.current.get(side);
      setTimeout(() => {
        if (ids.current.get(side) === spent) ids.current.delete(side);
      }, doubleClick);
    },
  };
}
