import { eventually, turns } from "./within.js";
import type { World } from "./world.js";

/** Waits until no more bytes are sent: all buffers up to a stalled reader are full. */
export async function untilStalled({ parts, sockets }: World): Promise<void> {
  const written = () => [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
  let before = -1;
  while (before !== written()) {
    await eventually(() => {
      if (![...parts.admission.streams].some(({ full }) => full)) throw new Error("No connection is full");
    });
    before = written();
    await turns(30);
  }
}
