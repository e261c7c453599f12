import type { Report } from "../options/on-error.js";
import { isGivenUp } from "../procedure/given-up.js";
import type { Run } from "../procedure/implementation.js";
import { type AnyArgs, mergeArgs } from "../procedure/middleware.js";
import type { Lifetime } from "../time/lifetime.js";

/** Calls it for a visit that begins. Whatever it throws is reported, and concerns nobody else. */
export async function tellOfVisit(
  onSubscribe: NonNullable<(Run & { readonly kind: "live" })["onSubscribe"]>,
  args: AnyArgs,
  visit: Lifetime,
  report: Report,
): Promise<void> {
  try {
    await undefined; // the stream that begins the visit is being opened: the user's code must not run in the middle of it
    await onSubscribe(mergeArgs(args, {}, visit) as never);
  } catch (error) {
    if (!isGivenUp(error, visit)) report(error, args.path, args.context);
  }
}
