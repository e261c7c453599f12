import { createFoldStep } from "@sluice/contract";
import type { AnyEvent, ViewKind } from "./view.js";

/** Computes a view's data. Cheap per event; the expensive part is in `read`, once per frame. */
export interface Reducer {
  /** Whether there is data before the first event. Then it is shown once the connection is live. */
  readonly startsEmpty: boolean;
  readonly known: boolean;
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
      return stateReducer();
    case "latest":
      return latestReducer();
    case "list":
      return listReducer(kind.size);
    case "fold":
      return foldReducer(kind);
  }
}

const nothing = () => {};

/** Keeps the old state until the fresh snapshot comes, so a reset changes nothing. */
function stateReducer(): Reducer {
  const view = {
    startsEmpty: false,
    known: false,
    event: nothing,
    state(state: unknown) {
      current = state;
      view.known = true;
    },
    reset: nothing,
    read: () => current,
  };
  let current: unknown;
  return view;
}

/** A reset changes nothing: the latest event stays the latest one known. */
function latestReducer(): Reducer {
  const view = {
    startsEmpty: false,
    known: false,
    event(event: AnyEvent) {
      latest = event;
      view.known = true;
    },
    state: nothing,
    reset: nothing,
    read: () => latest,
  };
  let latest: AnyEvent | undefined;
  return view;
}

function listReducer(size: number): Reducer {
  let events: AnyEvent[] = [];
  let shown: readonly AnyEvent[] | undefined;
  return {
    startsEmpty: true,
    known: true,
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

function foldReducer({ key, initial, step }: ViewKind & { readonly view: "fold" }): Reducer {
  const { adopt, run } = createFoldStep({ path: key, encodeState: (state) => state });
  let value = adopt(initial);
  return {
    startsEmpty: true,
    known: true,
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
