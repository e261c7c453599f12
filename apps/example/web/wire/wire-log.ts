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
const eventLine = /^event: (?:\d+\/)?[^$]/gm;
const controlFrame = /^event: (?:(\d+)\/)?(\$\w+)\ndata: (.*)$/gm;

/** The last bytes of the streams of one path. Cheap per chunk, so that 5,000 events a second are no problem. */
export class WireLog {
  readonly #open = new Set<WireStream>();
  #ended = false;
  #tail = "";
  #notes: readonly WireNote[] = [];
  #view: WireView | undefined;
  #keys = 0;

  get isOpen(): boolean {
    return this.#open.size > 0;
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

  /** Subscriptions of the open streams. */
  get lanes(): number {
    let lanes = 0;
    for (const stream of this.#open) lanes += stream.lanes;
    return lanes;
  }

  opened(): WireStream {
    this.#ended = false;
    this.#note("connection", "opened");
    const stream = new WireStream({
      frames: (text) => this.#append(text),
      control: (frame) => this.#note("control", frame),
      ended: () => {
        this.#ended = true;
      },
      closed: (how) => {
        this.#open.delete(stream);
        this.#note("connection", how);
        this.#append(`\n: — ${how} —\n\n`);
      },
    });
    this.#open.add(stream);
    return stream;
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

interface StreamListener {
  frames(text: string): void;
  control(frame: string): void;
  ended(): void;
  closed(how: string): void;
}

/** One open stream. Two of a path can be open for a moment, so each has a decoder of its own, and shows whole frames. */
export class WireStream {
  /** Events received. */
  events = 0;
  readonly #listener: StreamListener;
  readonly #decoder = new TextDecoder();
  /** The start of an incomplete frame. */
  #partial = "";
  /** The path of each lane by its number. A stream without lanes is one without a number. */
  readonly #lanes = new Map<string | undefined, string>();

  constructor(listener: StreamListener) {
    this.#listener = listener;
  }

  /** Subscriptions that it carries. */
  get lanes(): number {
    return this.#lanes.size;
  }

  push(bytes: Uint8Array): void {
    const text = this.#partial + this.#decoder.decode(bytes, { stream: true });
    const end = text.lastIndexOf("\n\n") + 1;
    this.#partial = text.slice(end);
    const frames = text.slice(0, end);
    if (frames === "") return;
    this.#listener.frames(frames);
    this.events += frames.match(eventLine)?.length ?? 0;
    // One search for `$` is much cheaper than checking each line.
    if (frames.includes("$")) this.#readControl(frames);
  }

  closed(how: string): void {
    this.#listener.closed(how);
  }

  #readControl(frames: string): void {
    for (const [, lane, type, data] of frames.matchAll(controlFrame)) {
      if (type === "$open") this.#lanes.set(lane, pathIn(data) ?? "");
      this.#listener.control(`${this.#lanes.get(lane) ?? ""} ${type} ${data}`.trimStart());
      const isLast = type === "$end" || type === "$error";
      if (isLast) this.#lanes.delete(lane);
      const isFinal = type === "$end" || (type === "$error" && data?.includes('"final":true'));
      if (isFinal && lane === undefined) this.#listener.ended();
    }
  }
}

/** The member `path` of a frame's data, which lanes have. */
const pathIn = (data = ""): string | undefined => /"path":"([^"]+)"/.exec(data)?.[1];
