/**
 * The time of the file, which never goes back: neither in a process whose clock is set, nor from one process to another, nor over a
 * restart. It goes on from the latest time that anybody noted in the file.
 */
export class FileClock {
  readonly #source: () => number;
  #now = 0;
  #read: number | undefined;

  constructor(source: () => number) {
    this.#source = source;
  }

  now(): number {
    const read = this.#source();
    if (this.#read === undefined) this.#now = Math.max(this.#now, read);
    else if (read > this.#read) this.#now += read - this.#read;
    this.#read = read;
    return this.#now;
  }

  /** Another process has come this far. */
  reached(time: number): void {
    this.#now = Math.max(this.now(), time);
  }
}
