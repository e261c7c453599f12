import { SluiceError } from "@sluice/contract";

/** The error for a request that would start something on a draining server. */
export const aboutToStop = () =>
  new SluiceError("unavailable", { message: "The server is about to stop", retryAfter: 1_000 });
