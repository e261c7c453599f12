import { isDevelopment } from "#development";
import { freezeFolded, freezeShared, isFrozenError } from "./freeze.js";

/** A call of `apply` changed the shared state or event data in place, instead of returning a new state. */
export class ChangedInPlaceError extends TypeError {
  override readonly name = "ChangedInPlaceError";

  constructor(path: string, type: string, cause?: unknown) {
    const what = `Applying the event "${type}" of "${path}" changes its state, or the event's data, in place`;
    const hint = isDevelopment ? " Both are shared: return a new state, such as { ...state }." : "";
    super(`${what}.${hint}`, { cause });
  }
}

export interface FoldStepOptions {
  /** Path of the subscription. */
  readonly path: string;
  /** A state in wire form. */
  readonly encodeState: (state: unknown) => unknown;
}

/** Runs a subscription's `apply` and protects its arguments and its result from later changes. */
export interface FoldStep {
  /**
   * True if a state may contain values that can't be frozen. A step that throws may then have changed the state in
   * part.
   */
  readonly hasUnfrozen: boolean;
  /** Freezes a state or event data that was not created by this fold. */
  adopt<T>(value: T): T;
  /** @throws ChangedInPlaceError if `apply` changes its arguments, and any error that `apply` throws. */
  run(type: string, apply: (state: never, data: never) => unknown, state: unknown, data: unknown): unknown;
}

/**
 * Plain objects and arrays are frozen, so changing them throws. A `Map`, a `Date` or an instance of a class can't be
 * frozen. If a state contains one, development builds encode the state before and after each step and compare. That
 * costs as much as encoding the state.
 */
export function createFoldStep({ path, encodeState }: FoldStepOptions): FoldStep {
  let hasUnfrozen = false;
  const encodedText = (state: unknown): string | undefined => {
    try {
      return JSON.stringify(encodeState(state));
    } catch {
      return undefined; // it doesn't fit its schema; sending it will report that
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
      const comparesStates = isDevelopment && hasUnfrozen && !isForProduction();
      const before = comparesStates ? encodedText(state) : undefined;
      let after: unknown;
      try {
        after = apply(state as never, data as never);
      } catch (error) {
        throw isFrozenError(error) ? new ChangedInPlaceError(path, type, error) : error;
      }
      if (freezeFolded(after, state)) hasUnfrozen = true;
      if (comparesStates && encodedText(state) !== before) throw new ChangedInPlaceError(path, type);
      return after;
    },
  };
}

// Declared here because the package must compile in browser projects, which have no types for Node.
declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

/** Bundlers replace this expression with a constant. In a browser without a bundler, `process` doesn't exist. */
function isForProduction(): boolean {
  try {
    return process.env["NODE_ENV"] === "production";
  } catch {
    return true;
  }
}
