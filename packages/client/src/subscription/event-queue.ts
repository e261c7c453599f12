/** Events between a stream that pushes and a reader that pulls. */
export interface EventQueue<Item> {
  readonly size: number;
  push(event: Item): void;
  /** The oldest event. The queue must not be empty. */
  shift(): Item;
  clear(): void;
  /** Above the high-water mark: resolves when half of it is left. Else `undefined`. */
  ready(): Promise<void> | undefined;
  /** Resolves the promise of `ready` at once. */
  release(): void;
}

export function createEventQueue<Item>(highWater: number): EventQueue<Item> {
  let events: Item[] = [];
  let read = 0;
  let gate: Promise<void> | undefined;
  let open = () => {};
  const size = () => events.length - read;

  function release(): void {
    open();
    gate = undefined;
  }

  return {
    get size() {
      return size();
    },
    push: (event) => void events.push(event),
    shift() {
      const event = events[read++] as Item;
      // Drops read events in large batches, so that the cost per event stays constant.
      if (read * 2 >= events.length) {
        events = events.slice(read);
        read = 0;
      }
      if (size() <= highWater / 2) release();
      return event;
    },
    clear() {
      events = [];
      read = 0;
    },
    ready() {
      if (size() <= highWater) return undefined;
      gate ??= new Promise((resolve) => {
        open = resolve;
      });
      return gate;
    },
    release,
  };
}
