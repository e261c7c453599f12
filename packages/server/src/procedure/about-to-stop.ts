import { SluiceError } from "@sluice/contract";

/** What whoever would begin something new is told by a server that is being drained. */
export const aboutToStop = () =>
  new SluiceError("unavailable", { message: "The server is about to stop", retryAfter: 1_000 });
