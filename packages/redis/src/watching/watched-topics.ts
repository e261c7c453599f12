import { LogError, type Watch } from "@sluice/log";
import { Watchers } from "@sluice/log/engine";
import type { Link } from "../client/link.js";
import type { AllTopicKeys } from "../topic-keys.js";
import { Channels } from "./channels.js";
import { readMessage } from "./message.js";
import { Touches } from "./touches.js";

interface Watched {
  readonly topic: string;
  readonly watchers: Watchers;
}

export interface WatchedTopicsOptions {
  readonly link: () => Link;
  /** Without that, nobody is told of appends: who reads on would fail. All are told when Redis is back. */
  canRead(): boolean;
  readonly keys: AllTopicKeys;
  /** Says that a topic is watched, or was until now. Resolves with the milliseconds for which it is then kept; 0: for ever; and its epoch. */
  touch(topic: string): Promise<[life: number, epoch: string]>;
  /** Milliseconds for which a topic is kept, as far as nothing else is known of it. */
  readonly life: number;
}

/** What this process watches: one channel for each topic, over one connection. */
export class WatchedTopics {
  readonly #options: WatchedTopicsOptions;
  readonly #byChannel = new Map<string, Watched>();
  readonly #channels: Channels;
  readonly #touches: Touches;

  constructor(options: WatchedTopicsOptions) {
    this.#options = options;
    this.#channels = new Channels({ link: options.link, onMessage: (text, channel) => this.#onMessage(text, channel) });
    this.#touches = new Touches({
      ...options,
      onLost: (topic) => this.#byChannel.get(options.keys.of(topic).channel)?.watchers.notify(),
    });
  }

  watch(topic: string, onAppend: Parameters<Watchers["add"]>[0]): Watch {
    const { channel } = this.#options.keys.of(topic);
    let watched = this.#byChannel.get(channel);
    if (!watched) {
      watched = { topic, watchers: new Watchers() };
      this.#byChannel.set(channel, watched);
    }
    const { watchers } = watched;
    const stop = watchers.add(onAppend);
    const ready = this.#subscribe(channel, watched);
    return {
      ready,
      stop: () => {
        if (stop() && watchers.size === 0) this.#drop(channel, topic);
      },
    };
  }

  /**
   * Redis is back: each watcher has to look at its cursor again, though nothing may have been appended. Not before its channel is
   * subscribed to, or what comes in between would be told to nobody.
   */
  resume(): void {
    this.#channels.resume();
    for (const [channel, watched] of this.#byChannel) {
      this.#subscribe(channel, watched).then(
        () => watched.watchers.notify(),
        () => {}, // then Redis is away again
      );
    }
    void this.touch();
  }

  /** Looks whether Redis has lost what is watched, by one topic: if it has, those are told that watch lost ones. */
  probe(): void {
    void this.#touches.probe();
  }

  /** Says to Redis what is watched. */
  touch(): Promise<void> {
    return this.#touches.touchAll();
  }

  /** Redis is away: what was subscribed to has to be subscribed to again. */
  interrupt(): void {
    this.#channels.interrupt();
  }

  close(): void {
    this.#touches.close();
    this.#byChannel.clear();
    this.#channels.close();
  }

  #subscribe(channel: string, watched: Watched): Promise<void> {
    const subscribed = this.#channels.subscribe(channel);
    subscribed.then(
      () => {
        if (this.#byChannel.get(channel) === watched) this.#touches.add(watched.topic);
      },
      () => {}, // who watches is told
    );
    return subscribed;
  }

  #drop(channel: string, topic: string): void {
    this.#byChannel.delete(channel);
    this.#touches.remove(topic);
    this.#channels.unsubscribe(channel);
  }

  #onMessage(text: string, channel: string): void {
    const watched = this.#byChannel.get(channel);
    if (!watched || !this.#options.canRead()) return;
    const { life, wakeup } = readMessage(text);
    this.#touches.learn(watched.topic, life);
    if (wakeup) watched.watchers.notify(wakeup.before, wakeup.entries);
    else watched.watchers.notify();
  }
}

/** Of a log that is closed. */
export function closedWatch(): Watch {
  const ready = Promise.reject(new LogError("unavailable", "The log is closed."));
  ready.catch(() => {});
  return { ready, stop() {} };
}
