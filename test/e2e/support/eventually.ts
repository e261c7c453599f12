import { expect } from "vitest";

/** Like `expect.poll`, with the patience that a busy machine needs. */
export const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 15_000, interval: 50 });
