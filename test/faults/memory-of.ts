export interface Memory {
  /** Bytes that JavaScript holds, including buffers. */
  readonly held: number;
  readonly resident: number;
}

/** The memory of this process after a full garbage collection. Needs `--expose-gc`. */
export async function memoryOf(): Promise<Memory> {
  for (let pass = 0; pass < 4; pass++) {
    globalThis.gc?.();
    globalThis.gc?.({ flavor: "last-resort" }); // otherwise V8, since Node 22, keeps empty pages
    await new Promise((resolve) => setTimeout(resolve, 20)); // buffers are freed in the background
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { held: heapUsed + external, resident: rss };
}
