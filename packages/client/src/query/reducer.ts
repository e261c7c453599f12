import { createFoldStep } from "@sluice/contract/internal";
import type { AnyEvent, ViewKind, ViewSeed } from "./view.js";

/** Computes a view's data. Cheap per event; the expensive part is in `read`, once per frame. */
export interface Reducer {
  /** Whether there is data. `undefined`: even before the first event, but it is shown once the connection is live. */
  readonly known: boolean | undefined;
  event(event: AnyEvent): void;
  state(state: unknown): void;
  /** A gap in history: later events must not be joined to earlier ones. */
  reset(): void;
  /** The data; the same reference until something changes. */
  read(): unknown;
}

export function reducerOf(kind: ViewKind): Reducer {
  switch (kind.view) {
    case "state":
    case "latest":
      return lastReducer(kind.view === "state" ? "state" : "event", kind.seed);
    case "list":
      return listReducer(kind.size, kind.seed?.data as readonly AnyEvent[] | undefined);
    case "fold":
      return foldReducer(kind);
  }
}

const nothing = () => {};

/** Shows the last state or event. A reset changes nothing: it is the last one known until the next one comes. */
function lastReducer(of: "state" | "event", seed?: ViewSeed): Reducer {
  let last = seed?.data;
  const view = {
    known: seed !== undefined,
    event: nothing,
    state: nothing,
    reset: nothing,
    read: () => last,
    [of]: (value: unknown) => {
      last = value;
      view.known = true;
    },
  };
  return view;
}

function listReducer(size: number, seed?: readonly AnyEvent[]): Reducer {
  let events = [...(seed ?? [])];
  let shown = seed;
  return {
    known: undefined,
    event(event) {
      events.push(event);
      // Cutting only at twice the size keeps the cost per event constant.
      if (events.length >= 2 * size) events = events.slice(-size);
      shown = undefined;
    },
    state: nothing,
    reset() {
      events = [];
      shown = undefined;
    },
    read() {
      shown ??= Object.freeze(events.slice(-size));
      return shown;
    },
  };
}

function foldReducer({ key, initial, step, seed }: ViewKind & { readonly view: "fold" }): Reducer {
  const { adopt, run } = createFoldStep({ path: key, encodeState: (state) => state });
  let value = adopt(seed ? seed.data : initial);
  return {
    known: undefined,
    event(event) {
      value = run(event.type, step as (value: never, event: never) => unknown, value, event);
    },
    state: nothing,
    reset() {
      value = initial;
    },
    read: () => value,
  };
}
