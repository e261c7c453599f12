const smallest = 8;

/**
 * A queue whose items keep their numbers: appended at the end, dropped at the front, read anywhere, each in constant
 * time (growing and shrinking amortised). Item `n` sits in slot `n` modulo the capacity.
 */
export class Ring<T> {
  #slots: (T | undefined)[] = [];
  #first: number;
  #next: number;

  /** @param first The number of the first item that will be pushed. */
  constructor(first: number) {
    this.#first = first;
    this.#next = first;
  }

  get first(): number {
    return this.#first;
  }

  get size(): number {
    return this.#next - this.#first;
  }

  at(number: number): T | undefined {
    return number >= this.#first && number < this.#next ? this.#slots[this.#slot(number)] : undefined;
  }

  push(item: T): void {
    if (this.size === this.#slots.length) this.#resize(Math.max(smallest, this.#slots.length * 2));
    this.#slots[this.#slot(this.#next)] = item;
    this.#next += 1;
  }

  shift(): T | undefined {
    const item = this.at(this.#first);
    if (this.size === 0) return undefined;
    // Emptied at once, so that dropped items can be collected.
    this.#slots[this.#slot(this.#first)] = undefined;
    this.#first += 1;
    // At a quarter, not at a half, so that a size that swings around a power of two doesn't resize each time.
    if (this.#slots.length > smallest && this.size <= this.#slots.length / 4) this.#resize(this.#slots.length / 2);
    return item;
  }

  /** Capacities are powers of two, so the low bits are the remainder. */
  #slot(number: number): number {
    return number & (this.#slots.length - 1);
  }

  #resize(capacity: number): void {
    const slots = new Array<T | undefined>(capacity);
    for (let number = this.#first; number < this.#next; number += 1) {
      slots[number & (capacity - 1)] = this.#slots[this.#slot(number)];
    }
    this.#slots = slots;
  }
}
