import { useReducer, useState } from "react";

type Part = "status" | "data" | "error" | "connection";
type Result = Readonly<Record<Part, unknown>>;

/**
 * What a component has read of its results. It renders when a part has changed that it has read; as long as it has read
 * none, when any has. (TanStack's hooks do the same.)
 */
export interface Reads {
  isMounted: boolean;
  has(part: Part): boolean;
  /**
   * The result, of which reading is noted. A part that is first read after the render, as by a click, may have changed
   * unnoticed: then the component renders.
   *
   * @param now what a render would return now.
   */
  watch(result: Result, now: () => Result): Result;
}

export function useReads(): Reads {
  const [, render] = useReducer((renders: number) => renders + 1, 0);
  return useState(() => createReads(render))[0];
}

function createReads(render: () => void): Reads {
  const read = new Set<Part>();
  const reads: Reads = {
    isMounted: false,
    has: (part) => read.size === 0 || read.has(part),
    watch: (result, now) =>
      new Proxy(result, {
        get(_, part: Part) {
          if (!read.has(part) && part in result) {
            read.add(part);
            // Not at once: another component may be rendering.
            if (reads.isMounted && now()[part] !== result[part]) queueMicrotask(render);
          }
          return result[part];
        },
      }),
  };
  return reads;
}
