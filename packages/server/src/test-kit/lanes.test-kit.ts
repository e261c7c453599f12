import { type AnySubscription, defineContract, subscription } from "@sluice/contract";
import { type Log, memoryLog } from "@sluice/log";
import * as z from "zod";
import { EventStream } from "../stream/event-stream.js";
import { GatheringSink } from "../stream/gathering-sink.js";
import { NumberedLanes } from "../stream/numbered-lanes.js";
import type { BodySink } from "../stream/sink.js";
import { HeldPages } from "../subscription/held-pages.js";
import { Subscriber } from "../subscription/subscriber.js";
import { Lifetime } from "../time/lifetime.js";
import { ManualClock } from "../time/manual-clock.test-kit.js";
import { TimerWheel } from "../time/timer-wheel.js";
import { TurnEnd } from "../time/turn-end.js";
import { Counters } from "../topic/counters.js";
import { Hub } from "../topic/hub.js";
import { ReplayCache } from "../topic/replay-cache.js";
import { TopicStates } from "../topic/topic-states.js";

const { posts } = defineContract({ posts: subscription({ events: { post: z.string() } }) });

export interface LaneOptions {
  /** Default: the topic's head. */
  readonly from?: "head" | "oldest";
  readonly filter?: ((event: { readonly data: unknown }) => boolean) | undefined;
  readonly expiresAt?: number;
}

/** The parts of a server that streams with many lanes need. Every topic has events of type `post`, which are strings. */
export function serveLanes({ log = memoryLog() }: { readonly log?: Log } = {}) {
  const clock = new ManualClock();
  const [wheel, counters, errors] = [new TimerWheel(clock), new Counters(), [] as unknown[]];
  const limits = { streamLife: 3_600_000, bufferedBytes: 65_536, catchUpEvents: 100_000 };
  const pages = new ReplayCache(limits.bufferedBytes);
  const report = (error: unknown) => void errors.push(error);
  const hub = new Hub({ log, pages, counters, wheel, onError: report });
  const parts = { log, hub, counters, limits, report, held: new HeldPages(), states: new TopicStates(log) };
  const connections = new Set<EventStream>();
  const settings = {
    wheel,
    counters,
    limits,
    open: connections,
    turnEnd: new TurnEnd(),
    onError: report,
    heartbeat: 15_000,
    retry: 1_000,
    stallTimeout: 60_000,
  };

  /** Begins a stream that is to have so many lanes. */
  function begin(sink: BodySink, lifetime: Lifetime, count: number) {
    const stream = new EventStream(new GatheringSink(sink, settings), lifetime, settings, true);
    connections.add(stream);
    const lanes = new NumberedLanes(stream, count);
    let index = 0;
    async function add(
      topic: string,
      { from = "head", filter, expiresAt = Number.POSITIVE_INFINITY }: LaneOptions = {},
    ) {
      const subscription = index++;
      const procedure: AnySubscription = posts;
      const tail = hub.take(topic, procedure);
      const which = { stream: "live" as const, attended: false, snapshot: undefined };
      const source = new Subscriber({ ...{ parts, procedure, topic, tail, context: {}, filter }, ...which });
      const own = new Lifetime();
      own.watch(source);
      if (from === "oldest") {
        source.startAt({ from, look: await tail.look({ from, limit: 256 }), resumes: false });
      } else {
        const { cursor, ...look } = await tail.head();
        source.startAt({ from: cursor, look, resumes: false });
      }
      return lanes.add({ subscription, path: topic, source, lifetime: own, expiresAt });
    }
    return { stream, add };
  }

  const publish = (topic: string, ...data: string[]) =>
    log.append(
      topic,
      data.map((each) => ({ type: "post", data: JSON.stringify(each) })),
    );
  return { clock, counters, errors, connections, hub, begin, publish };
}
