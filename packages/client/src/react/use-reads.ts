import { useEffect, useReducer, useState } from "react";

const parts = ["status", "data", "error", "connection"] as const;
export type Part = (typeof parts)[number];

/**
 * The parts of its results that a component has read. It renders when one of them has changed; as long as it has read
 * none, when any has. (TanStack's hooks do the same.)
 */
export interface Reads {
  has(part: Part): boolean;
  /**
   * The result, of which reading is noted. A part that is first read after the render, as by a click, may have changed
   * unnoticed: then the component renders.
   *
   * @param now what a render would return now.
   */
  watch<Result extends Record<Part, unknown>>(result: Result, now: () => Result): Result;
}

export function useReads(): Reads {
  const [, render] = useReducer((renders: number) => renders + 1, 0);
  const [{ reads, mounted }] = useState(() => createReads(render));
  useEffect(mounted, [mounted]);
  return reads;
}

function createReads(render: () => void) {
  const read = new Set<Part>();
  let isMounted = false;
  const reads: Reads = {
    has: (part) => read.size === 0 || read.has(part),
    watch(result, now) {
      const get = (part: Part) => {
        if (!read.has(part)) {
          read.add(part);
          // Not at once: another component may be rendering.
          if (isMounted && now()[part] !== result[part]) queueMicrotask(render);
        }
        return result[part];
      };
      return Object.defineProperties(
        {},
        Object.fromEntries(parts.map((part) => [part, { enumerable: true, get: () => get(part) }])),
      ) as typeof result;
    },
  };
  const mounted = () => {
    isMounted = true;
  };
  return { reads, mounted };
}
