/*
 * By what processes on one log know whether a run of another one lives. All of them have to agree on these.
 * PROTOCOL §9.4.
 */

/** Milliseconds that a run may be silent for before it gives a sign of life. */
export const signEvery = 10_000;

/** Milliseconds between two looks at another process's run: longer than one that lives is ever silent for. */
export const lookEvery = 15_000;

/** Milliseconds after its last sign of life that a run is taken for dead. */
export const lease = 2 * lookEvery;

/**
 * Milliseconds for which a run believes that somebody is attached elsewhere. That is said at every second look, and heard
 * when the run appends next.
 */
export const attachedFor = 3 * lookEvery;
