import { useRef } from "react";
import type { Side } from "../../../shared/scores.ts";

/** Milliseconds after a report in which another one for the same team is taken for the second half of a double click. */
const doubleClick = 800;

/**
 * The ids under which goals are reported. One stays in use until its report has been counted, so that trying again after
 * a failure can't count a goal twice.
 */
export function useReportIds() {
  const ids = useRef(new Map<Side, string>());
  return {
    idFor(side: Side): string {
      const id = ids.current.get(side) ?? crypto.randomUUID();
      ids.current.set(side, id);
      return id;
    },
    /** The report was counted: soon, another one is another goal. */
    spend(side: Side): void {
      const spent = ids.current.get(side);
      setTimeout(() => {
        if (ids.current.get(side) === spent) ids.current.delete(side);
      }, doubleClick);
    },
  };
}
