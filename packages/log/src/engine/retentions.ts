import type { Retention } from "../log.js";
import type { OptionChecks } from "./check-options.js";

/** The retention of the topics of one log. An object that many appends give is looked at once. */
export class Retentions {
  /** Of a topic whose appends say nothing. */
  readonly base: Retention;
  readonly #checks: OptionChecks;
  readonly #known = new WeakMap<Partial<Retention>, Retention>();

  constructor(base: Retention, checks: OptionChecks) {
    this.base = base;
    this.#checks = checks;
  }

  /** @throws RangeError or TypeError if a member is not allowed. */
  of(given: Partial<Retention>): Retention {
    let retention = this.#known.get(given);
    if (!retention) {
      retention = this.#checks.limits("an append's retain", this.base, given);
      this.#known.set(given, retention);
    }
    return retention;
  }
}
