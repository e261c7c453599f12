import { createFoldStep } from "@sluice/contract";
import type { AnyEvent, ViewKind } from "./view.js";

/** Makes a view's data of what a subscription tells. Cheap per event; `read` does what costs, once per frame. */
export interface Reducer {
  /** Whether there is data before anything was told, so that it only takes a live connection to show it. */
  readonly startsEmpty: boolean;
  readonly known: boolean;
  event(event: AnyEvent): void;
  state(state: unknown): void;
  /** History was lost: what follows must not be joined to what was. */
  reset(): void;
  /** The data. The same reference as long as nothing was told in between. */
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

/** Shows the old state until the fresh snapshot is there, so a reset changes nothing by itself. */
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

/** The latest event stays the latest one that is known, whatever was lost after it. */
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
      // Cutting at twice the size keeps the cost per event constant, where shifting each time would not.
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
