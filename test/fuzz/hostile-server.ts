import type { ClientOptions } from "@sluice/client";
import { defineContract, subscription } from "@sluice/contract";
import * as z from "zod";

export const contract = defineContract({
  room: subscription({ input: z.int(), start: "oldest", events: { said: z.int() } }),
});

type Fetch = NonNullable<ClientOptions["fetch"]>;

/** A subscription in a request. */
interface Asked {
  readonly path: string;
  readonly input: number;
  readonly cursor?: string;
}

const cursorAt = (room: number, offset: number) => `E${room}.${offset}.${offset === 0 ? 0 : `m${offset}`}`;
const open = (index: number, more: object = {}) =>
  JSON.stringify({ kind: "live", heartbeat: 0, resumable: true, head: "E.0.0", subscriptions: [index], ...more });

/** A response's body, whose bytes come in chunks of given lengths, wherever that cuts them. */
function createBody(lengths: () => number, signal: AbortSignal | undefined) {
  let waiting: ((chunk: { readonly done?: boolean; readonly value?: Uint8Array }) => void) | undefined;
  let chunks: Uint8Array[] = [];
  let rest = new Uint8Array();
  let isOver = false;
  let length = lengths();
  function over(): void {
    isOver = true;
    waiting?.({ done: true });
  }
  signal?.addEventListener("abort", over);

  function give(chunk: Uint8Array): void {
    if (!waiting) return void chunks.push(chunk);
    const take = waiting;
    waiting = undefined;
    take({ value: chunk });
  }

  return {
    get isOver() {
      return isOver;
    },
    /** Sends all whole chunks; with `isFlushed`, the rest too. */
    write(text: string, isFlushed: boolean): void {
      if (isOver) return;
      const added = new TextEncoder().encode(text);
      const all = new Uint8Array(rest.length + added.length);
      all.set(rest);
      all.set(added, rest.length);
      let from = 0;
      for (; all.length - from >= length; length = lengths()) {
        give(all.slice(from, from + length));
        from += length;
      }
      rest = all.slice(from);
      if (!isFlushed || rest.length === 0) return;
      give(rest);
      rest = new Uint8Array();
    },
    cut(): void {
      isOver = true;
      if (chunks.length === 0) waiting?.({ done: true });
    },
    getReader: () => ({
      read: (): Promise<{ readonly done?: boolean; readonly value?: Uint8Array }> => {
        const [chunk, ...later] = chunks;
        chunks = later;
        if (chunk) return Promise.resolve({ value: chunk });
        if (isOver) return Promise.resolve({ done: true });
        return new Promise((resolve) => {
          waiting = resolve;
        });
      },
      cancel: over,
    }),
  };
}

/** One answer of the server, with the rooms that it serves. */
export interface Answer {
  readonly isLaned: boolean;
  readonly isOver: boolean;
  /** The number of a room's lane; undefined if it isn't asked for. */
  laneOf(room: number): number | undefined;
  /** The place of a room in the request; 0 on a plain stream. */
  indexOf(room: number): number | undefined;
  /** Writes bytes as they are. */
  say(text: string): void;
  cut(): void;
}

/**
 * Keeps a log of each room, and sends every event to all who have asked for it. A test makes it say more than that. Everything
 * is in this process, and comes in chunks of the given lengths.
 *
 * @param greet what it says once the lanes of an answer are live
 */
export function createHostileServer(lengths: readonly number[], greet = (_answer: Answer): string => "") {
  const heads = new Map<number, number>();
  const answers: (Answer & { tell(room: number): void })[] = [];
  const requests: { readonly rooms: readonly number[] }[] = [];
  /** Rooms whose events come before the `$open` of their next lane. */
  const early = new Set<number>();
  let turn = 0;
  let isFlushing = false;
  const nextLength = () => lengths[turn++ % lengths.length] ?? 1_000;
  const headOf = (room: number) => heads.get(room) ?? 0;
  const eventAt = (prefix: string, room: number, offset: number) =>
    `id: ${cursorAt(room, offset)}\nevent: ${prefix}said\ndata: ${offset}\n\n`;

  function answer(asked: readonly Asked[], isLaned: boolean, signal: AbortSignal | undefined) {
    requests.push({ rooms: asked.map(({ input }) => input) });
    const body = createBody(nextLength, signal);
    const indexOf = (room: number) => {
      const index = asked.findIndex(({ input }) => input === room);
      return index < 0 ? undefined : index;
    };
    const laneOf = (room: number) => {
      const index = indexOf(room);
      return index === undefined ? undefined : index + 100;
    };
    const prefixOf = (room: number) => (isLaned ? `${laneOf(room)}/` : "");
    const say = (text: string) => body.write(text, isFlushing);
    const given: (typeof answers)[number] = {
      isLaned,
      get isOver() {
        return body.isOver;
      },
      laneOf,
      indexOf,
      say,
      cut: body.cut,
      tell(room) {
        if (indexOf(room) !== undefined) say(eventAt(prefixOf(room), room, headOf(room)));
      },
    };
    answers.push(given);
    say("retry: 1000\n\n");
    for (const [index, { input: room, cursor }] of asked.entries()) {
      const prefix = prefixOf(room);
      const from = Number(cursor?.split(".")[1] ?? 0);
      let events = "";
      for (let offset = from + 1; offset <= headOf(room); offset++) events += eventAt(prefix, room, offset);
      const begin = `event: ${prefix}$open\ndata: ${open(index)}\n\n`;
      const end = `id: ${cursorAt(room, headOf(room))}\nevent: ${prefix}$live\ndata: {}\n\n`;
      say(early.delete(room) ? events + begin + end : begin + events + end);
    }
    say(greet(given));
    return body;
  }

  const fetch: Fetch = async (address, { body, headers, signal }) => {
    const { pathname, searchParams } = new URL(address);
    const posted = body === undefined ? {} : JSON.parse(body);
    const isLaned = pathname.endsWith("/$streams");
    const cursor = headers["last-event-id"];
    const asked: Asked[] = isLaned
      ? posted.subscriptions
      : [{ path: "room", input: Number(searchParams.get("input")), ...(cursor !== undefined && { cursor }) }];
    return {
      status: 200,
      headers: new Headers({ "content-type": "text/event-stream" }),
      body: answer(asked, isLaned, signal),
      text: async () => "",
    };
  };

  return {
    fetch,
    requests,
    get open(): readonly Answer[] {
      return answers.filter(({ isOver }) => !isOver);
    },
    headOf,
    publish(room: number): void {
      heads.set(room, headOf(room) + 1);
      for (const each of answers) if (!each.isOver) each.tell(room);
    },
    /** The next lane of this room gets its events before its `$open`. */
    beEarly: (room: number) => void early.add(room),
    /** From now on nothing is held back in chunks that aren't full. */
    flush(): void {
      isFlushing = true;
      for (const each of answers) each.say(":\n\n");
    },
  };
}
