/**
 * Gives each followed topic a lane number, the same on all streams, so that they can share its bytes. The numbers are
 * even; odd ones are left to each stream for its other lanes. A number that was released is given again, so numbers stay short.
 */
export class LaneNumbers {
  #next = 0;
  readonly #released: number[] = [];

  take(): number {
    const number = this.#released.pop() ?? this.#next;
    if (number === this.#next) this.#next += 2;
    return number;
  }

  release(number: number): void {
    this.#released.push(number);
  }
}
