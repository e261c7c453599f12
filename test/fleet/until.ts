/** Milliseconds: far longer than anything here takes. */
const patience = process.env["SLUICE_LONG_FAULTS"] === "1" ? 300_000 : 40_000;

/** Resolves when it is true. */
export async function until(isTrue: () => boolean, complaint: () => string): Promise<void> {
  const deadline = performance.now() + patience;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`after ${patience} ms, ${complaint()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
