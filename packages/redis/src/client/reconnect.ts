/** Milliseconds between two attempts to connect. */
const firstDelay = 20;
export const longestDelay = 1_000;

/** Milliseconds to wait after this many attempts. Random, so that not all servers come back at once. */
export const reconnectDelay = (attempts: number): number =>
  Math.min(longestDelay, firstDelay * 2 ** Math.min(attempts, 10)) * (0.5 + Math.random() / 2);
