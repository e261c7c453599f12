/** A promise that is resolved from outside. */
export interface Deferred {
  readonly promise: Promise<void>;
  readonly isResolved: boolean;
  resolve(): void;
}

// The oldest supported Node has no Promise.withResolvers.
export function deferred(): Deferred {
  let isResolved = false;
  let settle = () => {};
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return {
    promise,
    get isResolved() {
      return isResolved;
    },
    resolve() {
      isResolved = true;
      settle();
    },
  };
}
