/** A line that stays visible while events rush by: a control frame, or a change of the connection. */
export interface WireNote {
  readonly key: number;
  readonly at: Date;
  readonly text: string;
  readonly kind: "control" | "connection";
}

/** The log at one moment. */
export interface WireView {
  readonly tail: string;
  readonly notes: readonly WireNote[];
}

const maxTail = 12_000;
const maxNotes = 24;
const controlFrame = /^event: (?:\d+\/)?(\$\w+)\ndata: (.*)$/gm;

/** The last bytes of a stream. Cheap per chunk, so that 5,000 events a second are no problem. */
export class WireLog {
  #open = 0;
  #ended = false;
  #tail = "";
  /** The start of an incomplete frame. */
  #partial = "";
  #notes: readonly WireNote[] = [];
  #decoder = new TextDecoder();
  #view: WireView | undefined;
  #keys = 0;

  get isOpen(): boolean {
    return this.#open > 0;
  }

  /** True if the server has ended the stream and no stream of this path is open. */
  get isOver(): boolean {
    return this.#ended && !this.isOpen;
  }

  /** The same object as long as nothing has arrived. */
  get view(): WireView {
    this.#view ??= { tail: this.#tail, notes: this.#notes };
    return this.#view;
  }

  opened(): void {
    this.#open++;
    this.#ended = false;
    this.#decoder = new TextDecoder();
    this.#partial = "";
    this.#note("connection", "opened");
  }

  closed(how: string): void {
    this.#open--;
    this.#note("connection", how);
    this.#append(`\n: — ${how} —\n\n`);
  }

  push(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    this.#append(text);
    const frames = this.#partial + text;
    const end = frames.lastIndexOf("\n\n") + 1;
    this.#partial = frames.slice(end);
    // One search for `$` is much cheaper than checking each line.
    if (!frames.includes("$")) return;
    for (const [, type, data] of frames.slice(0, end).matchAll(controlFrame)) {
      this.#note("control", `${type} ${data}`);
      this.#ended ||= type === "$end" || (type === "$error" && data?.includes('"final":true') === true);
    }
  }

  #append(text: string): void {
    this.#tail = (this.#tail + text).slice(-maxTail);
    this.#view = undefined;
  }

  #note(kind: WireNote["kind"], text: string): void {
    const note = { key: this.#keys++, at: new Date(), text: text.slice(0, 160), kind };
    this.#notes = [...this.#notes, note].slice(-maxNotes);
    this.#view = undefined;
  }
}
