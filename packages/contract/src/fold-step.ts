import { freezeFolded, freezeShared, isFrozenError } from "./freeze.js";

/** A step of a fold has changed the state that it was given, which others share, in place of giving back a new one. */
export class ChangedInPlaceError extends TypeError {
  override readonly name = "ChangedInPlaceError";

  constructor(path: string, type: string, cause?: unknown) {
    const what = `Applying the event "${type}" of "${path}" changes its state, or the event's data, in place`;
    super(`${what}. Both are shared: give back a new state, such as { ...state }.`, { cause });
  }
}

export interface FoldStepOptions {
  /** Path of the subscription. */
  readonly path: string;
  /** A state in wire form. */
  readonly encodeState: (state: unknown) => unknown;
}

/** Runs a subscription's `apply`, so that what it is given, and what it gave, stays what it is. */
export interface FoldStep {
  /** Whether a state may hold what can't be frozen. Then a step that throws may have left it half changed. */
  readonly hasUnfrozen: boolean;
  /** Freezes a state or an event's data that came from elsewhere. */
  adopt<T>(value: T): T;
  /** @throws ChangedInPlaceError, and whatever `apply` throws. */
  run(type: string, apply: (state: never, data: never) => unknown, state: unknown, data: unknown): unknown;
}

/**
 * Plain objects and arrays are frozen, so that changing them throws. A `Map`, a `Date` or an instance can't be: where a state
 * has any, a step is held, in development, against what the state was before. (That takes as long as encoding it.)
 */
export function createFoldStep({ path, encodeState }: FoldStepOptions): FoldStep {
  let hasUnfrozen = false;
  const picture = (state: unknown): string | undefined => {
    try {
      return JSON.stringify(encodeState(state));
    } catch {
      return undefined; // it doesn't fit its schema, and whoever sends it is told so
    }
  };
  return {
    get hasUnfrozen() {
      return hasUnfrozen;
    },
    adopt(value) {
      if (freezeShared(value)) hasUnfrozen = true;
      return value;
    },
    run(type, apply, state, data) {
      const isWatched = hasUnfrozen && isDevelopment();
      const before = isWatched ? picture(state) : undefined;
      let after: unknown;
      try {
        after = apply(state as never, data as never);
      } catch (error) {
        throw isFrozenError(error) ? new ChangedInPlaceError(path, type, error) : error;
      }
      if (freezeFolded(after, state)) hasUnfrozen = true;
      if (isWatched && picture(state) !== before) throw new ChangedInPlaceError(path, type);
      return after;
    },
  };
}

// The package has no types of Node's, which a browser's project may lack.
declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

/** Bundlers put a constant in place of what is asked here; a browser without one has no `process`. */
function isDevelopment(): boolean {
  try {
    return process.env["NODE_ENV"] !== "production";
  } catch {
    return false;
  }
}
