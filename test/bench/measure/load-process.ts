import { get } from "node:http";
import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { answerCalls } from "../../support/rpc.ts";
import { Caller } from "./caller.ts";
import type { Started } from "./server-process.ts";
import type { StreamRequest } from "./service.ts";
import { Stream } from "./stream.ts";
import { delaysIn, firstSeq } from "./tick.ts";

/** How long a measurement is repeated: at least this many times, and for this many milliseconds. */
export interface Duration {
  readonly least: number;
  readonly ms: number;
}

/** Milliseconds after which a request counts as stuck. */
const patience = 60_000;
/** Streams that are being opened at the same time, unless they come all at once. */
const opening = 32;

let server: Started;
let streams: Stream[] = [];
let control: Socket | undefined;
let arrived = (_count: number) => {};
/** Whether servers come and go. */
let mayFail = false;
let failed = (error: Error): void => {
  throw error;
};

const methods = {
  use(started: Started): void {
    server = started;
    control = connect({ host: "127.0.0.1", port: started.control, noDelay: true });
  },

  /** Opens streams and leaves them open. Each is another client's. */
  open: ({ count, atOnce = opening }: { count: number; atOnce?: number }) =>
    guarded(() => openAll(count, atOnce, () => newStream(firstSeq, (events) => arrived(events), clientHeader()))),

  /** Waits until the server has cut all streams, and opens them again, however often that fails. Resolves when all are open. */
  comeBack: () =>
    guarded(async () => {
      mayFail = true;
      const cut = streams;
      streams = [];
      await Promise.all(cut.map(({ closed }, client) => closed.then(() => reopen(client))));
      mayFail = false;
    }),

  /** Opens one more stream for each of so many clients that have one. */
  openNewcomers: ({ count }: { count: number }) =>
    guarded(async () => {
      let client = 0;
      const request = server.newcomer;
      if (!request) throw new Error("The target has no newcomers.");
      await openAll(count, opening, () => newStream(firstSeq, () => {}, clientHeader(client++), { request, live: 1 }));
    }),

  /** Closes the newest streams. */
  async close({ count }: { count: number }): Promise<void> {
    const closing = streams.splice(-count);
    for (const stream of closing) stream.close();
    await Promise.all(closing.map(({ closed }) => closed));
  },

  async closeAll(): Promise<void> {
    for (const stream of streams) stream.close();
    await Promise.all(streams.map(({ closed }) => closed));
    streams = [];
  },

  /** Publishes this many events per turn. A turn begins when every stream has the previous one's events. Returns the turns. */
  turns: ({ events, duration }: { events: number; duration: Duration }) =>
    guarded(async () => {
      const first = streams[0]?.scanner.expected ?? 0;
      const turns = await repeat(duration, () => {
        let due = streams.length * events;
        const all = new Promise<void>((resolve) => {
          arrived = (count) => {
            due -= count;
            if (due === 0) resolve();
          };
        });
        control?.write(Buffer.of(events));
        return all;
      });
      await sleep(50); // what came twice would come now
      for (const { scanner } of streams) checkCount(scanner.expected - first, turns * events);
      return turns;
    }),

  /** Opens one stream and answers, for so many stamped events, the milliseconds from each publish to its arrival. */
  delays: ({ events }: { events: number }) =>
    guarded(
      () =>
        new Promise<number[]>((resolve, reject) => {
          const delays: number[] = [];
          let rest = "";
          const request = get({ port: server.port, ...server.request }, (response) => {
            response.setEncoding("utf8").on("data", (text: string) => {
              const end = (rest + text).lastIndexOf("\n") + 1;
              delays.push(...delaysIn((rest + text).slice(0, end)));
              rest = (rest + text).slice(end);
              if (delays.length < events) return;
              request.destroy();
              resolve(delays);
            });
          });
          request.on("error", reject);
        }),
    ),

  /** Reconnects one client after the other, each to be sent what it missed; answers how many. */
  replays: ({ events, duration }: { events: number; duration: Duration }) =>
    guarded(() => repeat(duration, () => readOne(firstSeq + 1, events, { wholeBody: false }))),

  /** Calls so often, over so many connections at the same time. */
  calls: ({ connections, calls }: { connections: number; calls: number }) =>
    guarded(async () => {
      let left = calls;
      const callSome = async () => {
        const caller = new Caller(server.port, server.request, (error) => failed(error));
        while (left-- > 0) await caller.call();
        caller.close();
      };
      await Promise.all(Array.from({ length: connections }, callSome));
    }),

  /** Runs so many generators at the same time, to their end. */
  generators: ({ count, events }: { count: number; events: number }) =>
    guarded(async () => {
      const one = () => readOne(firstSeq, events, { wholeBody: true });
      await Promise.all(Array.from({ length: count }, one));
    }),
};
export type LoadMethods = typeof methods;
answerCalls(methods);

const clientHeader = (client = streams.length) => ({ "x-client": `${client}` });

async function openAll(count: number, atOnce: number, open: () => Stream): Promise<void> {
  let left = count;
  const openSome = async () => {
    while (left-- > 0) {
      const stream = open();
      streams.push(stream);
      await stream.opened;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, openSome));
}

interface Asked {
  readonly request: StreamRequest;
  readonly live: number;
}

function newStream(first: number, onEvents: (count: number) => void, headers = {}, asked: Asked = server): Stream {
  const request = { ...asked.request, headers: { ...asked.request.headers, ...headers } };
  const { live } = asked;
  return new Stream({
    port: server.port,
    request,
    first,
    live,
    onEvents,
    onError: (error) => mayFail || failed(error),
  });
}

async function reopen(client: number): Promise<void> {
  for (let isOpen = false; !isOpen; ) {
    await sleep(100 * Math.random());
    const stream = newStream(firstSeq, () => {}, clientHeader(client));
    isOpen = await Promise.race([stream.opened.then(() => true), stream.closed.then(() => false)]);
    if (isOpen) streams.push(stream);
  }
}

async function readOne(first: number, events: number, { wholeBody }: { wholeBody: boolean }): Promise<void> {
  let left = events;
  const onEvents = (count: number) => {
    left -= count;
    if (left === 0 && !wholeBody) stream.close();
  };
  const stream = newStream(first, onEvents, wholeBody ? { connection: "close" } : {});
  await stream.closed;
  checkCount(events - left, events);
}

async function repeat({ least, ms }: Duration, once: () => Promise<void>): Promise<number> {
  const end = performance.now() + ms;
  let times = 0;
  for (; times < least || performance.now() < end; times++) await once();
  return times;
}

/** Fails if a stream reports an error meanwhile, or if the work doesn't end in time. */
async function guarded<T>(run: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const failure = new Promise<never>((_, reject) => {
    failed = reject;
    timer = setTimeout(() => reject(new Error(`Not done after ${patience} ms.`)), patience);
  });
  try {
    return await Promise.race([run(), failure]);
  } finally {
    clearTimeout(timer);
  }
}

function checkCount(came: number, due: number): void {
  if (came !== due) throw new Error(`${came} events came where ${due} were due.`);
}
