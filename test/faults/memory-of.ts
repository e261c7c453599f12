export interface Memory {
  /** Bytes that JavaScript holds, buffers included. */
  readonly held: number;
  readonly resident: number;
}

/** The memory of this process, once everything was collected that can be. Needs `--expose-gc`. */
export async function memoryOf(): Promise<Memory> {
  for (let pass = 0; pass < 4; pass++) {
    globalThis.gc?.();
    globalThis.gc?.({ flavor: "last-resort" }); // or V8, since Node 22, keeps the pages that it has emptied
    await new Promise((resolve) => setTimeout(resolve, 20)); // freed buffers are given back in the background
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { held: heapUsed + external, resident: rss };
}
