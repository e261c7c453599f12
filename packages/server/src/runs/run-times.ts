/*
 * How servers on one log know whether another server's run is alive. All of them must agree on these times.
 * PROTOCOL §9.4.
 */

/** Milliseconds that a run's lease lasts after its last append or renewal. */
export const leaseTtl = 30_000;

/** Milliseconds without an append after which a run renews its lease. */
export const renewEvery = 10_000;

/** Milliseconds that a generator has to end by itself after its run was stopped. */
export const stopGrace = 10_000;

/** Milliseconds between two looks at another server's run. */
export const lookEvery = 15_000;

/**
 * Milliseconds from the first look after an outage to the next one. The run's server may have lost the store as well: until then it has
 * tried again, and renewed its lease.
 */
export const lookAgainAfter = 7_500;

/**
 * Milliseconds for which a run believes that somebody is attached to another server. That server says so at every second
 * look, and the run reads it with its next append or renewal.
 */
export const attachedFor = 3 * lookEvery;
