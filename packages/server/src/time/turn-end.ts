import { afterTurn } from "./after-turn.js";

/** Whoever collects what a turn of the event loop brings. */
export interface TurnListener {
  /** Must not throw. */
  onTurnEnd(): void;
}

/** Calls listeners after a turn of the event loop, all of them from one callback: one per listener would cost more than their work. */
export class TurnEnd {
  #listeners: TurnListener[] = [];
  readonly #callAll = () => {
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener.onTurnEnd();
  };

  /** Calls the listener once. */
  add(listener: TurnListener): void {
    if (this.#listeners.push(listener) === 1) afterTurn(this.#callAll);
  }
}
