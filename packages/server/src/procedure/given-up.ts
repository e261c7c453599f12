import { isErrorNamed } from "@sluice/contract/internal";
import type { Lifetime } from "../time/lifetime.js";

/** Whether an AbortError says that work was given up because `signal` said so, as it should be. Nobody needs to be told. */
export const isGivenUp = (error: unknown, { over }: Pick<Lifetime, "over">): boolean =>
  over && isErrorNamed(error, "AbortError");
