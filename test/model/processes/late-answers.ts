import type { Log } from "@sluice/server";

/** The share of the reads that are answered late, and real milliseconds until then at most. */
const [share, longest] = [0.3, 150];

/** A log whose answers to some reads come late: what they say may not be so any more. */
export const lateAnswers = (log: Log): Log => ({
  ...log,
  async open(...args) {
    const opened = await log.open(...args);
    if (Math.random() < share) await new Promise((resolve) => setTimeout(resolve, Math.random() * longest));
    return opened;
  },
});
