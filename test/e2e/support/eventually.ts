import { expect } from "vitest";

/** Like `expect.poll`, for a busy machine: a client waits up to 30 s before it looks for a server that was away for long. */
export const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 45_000, interval: 50 });
