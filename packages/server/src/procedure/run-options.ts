import type { AnySubscription } from "@sluice/contract";
import { checkFunctions, checkNames } from "@sluice/contract/internal";
import { checkOneOf, checkWhole } from "../options/check.js";
import type { Run, StreamOptions } from "./implementation.js";

type Live = Run & { readonly kind: "live" };
type Stream = Run & { readonly kind: "stream" | "resumable" };

const liveNames = { snapshot: true, filter: true, onSubscribe: true, source: true } as const;
const streamNames = { resumable: true, onCut: true, abandonAfter: true } as const;

/**
 * Checks the options of `live()`. The types say the same, but not for JavaScript: a wrong option would leak events, or
 * have no effect.
 */
export function liveRun({ path, state }: AnySubscription, options: Partial<Live> = {}): Live {
  const of = `live() of "${path}"`;
  checkNames(of, options, liveNames);
  const { snapshot, filter, onSubscribe, source } = options;
  checkFunctions(of, { snapshot, filter, onSubscribe, source });
  if (snapshot && !state) throw new TypeError(`${of}: a snapshot is given, but the contract declares no state.`);
  if (filter && state && !snapshot) {
    throw new TypeError(
      `${of}: a filter requires a snapshot of its own; the shared state would show what the filter hides.`,
    );
  }
  return { kind: "live", snapshot, filter, onSubscribe, source };
}

/** Checks the options of `stream()`. */
export function streamRun(
  { path }: AnySubscription,
  generator: Stream["generator"],
  options: StreamOptions = {},
): Stream {
  const of = `stream() of "${path}"`;
  checkNames(of, options, streamNames);
  checkFunctions(of, { generator });
  if (generator === undefined) throw new TypeError(`${of} needs a generator function.`);
  const {
    resumable,
    onCut,
    abandonAfter,
  }: { resumable?: boolean; onCut?: "interrupt" | "restart"; abandonAfter?: number } = options;
  checkOneOf(of, "resumable", resumable, [undefined, true, false]);
  checkOneOf(of, "onCut", onCut, [undefined, "interrupt", "restart"]);
  if (!resumable) {
    if (abandonAfter !== undefined) throw new TypeError(`${of}: abandonAfter means nothing without resumable: true.`);
    return { kind: "stream", generator, onCut: onCut ?? "interrupt" };
  }
  if (onCut !== undefined) throw new TypeError(`${of}: onCut means nothing with resumable: true.`);
  const wait = abandonAfter ?? 60_000;
  checkWhole({ [`abandonAfter of "${path}"`]: wait }, { min: 0, unit: "milliseconds" });
  return { kind: "resumable", generator, abandonAfter: wait };
}
