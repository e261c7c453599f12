import { expect } from "vitest";

/** Like `expect.poll`, with a timeout for a busy machine. */
export const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 25_000, interval: 50 });
