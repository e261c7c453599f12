import { SluiceError } from "@sluice/contract";
import { LogError } from "@sluice/log";

/** Makes a failure of the store a SluiceError `unavailable`, for a call that is safe to repeat. */
export async function orUnavailable<T>(asked: Promise<T>, message: string): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!LogError.is(error)) throw error;
    throw new SluiceError("unavailable", { message, cause: error, retryAfter: 1_000 });
  }
}
