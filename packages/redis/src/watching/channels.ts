import type { Link } from "../client/link.js";

interface Channel {
  isWanted: boolean;
  /** Under way or done. `undefined`: it isn't subscribed to, or perhaps not any more. */
  subscribed: Promise<void> | undefined;
  /** Resolves when all that was asked for so far is done, or has failed. */
  turn: Promise<void>;
}

export interface ChannelsOptions {
  readonly link: () => Link;
  readonly onMessage: (text: string, channel: string) => void;
}

/**
 * The channels that this process is subscribed to. With each, one thing is done after the other: while a subscribe and an
 * unsubscribe are both under way, the `redis` client takes the channel for subscribed to when it isn't. A connection that comes back
 * subscribes anew by itself, also to what nobody wants any more.
 */
export class Channels {
  readonly #options: ChannelsOptions;
  readonly #byName = new Map<string, Channel>();

  constructor(options: ChannelsOptions) {
    this.#options = options;
  }

  /** Resolves when it is subscribed to. */
  subscribe(name: string): Promise<void> {
    const channel = this.#byName.get(name) ?? { isWanted: true, subscribed: undefined, turn: Promise.resolve() };
    this.#byName.set(name, channel);
    channel.isWanted = true;
    channel.subscribed ??= this.#subscribe(name, channel);
    return channel.subscribed;
  }

  unsubscribe(name: string): void {
    const channel = this.#byName.get(name);
    if (!channel) return;
    channel.isWanted = false;
    channel.subscribed = undefined;
    this.#leave(name, channel);
  }

  /** The connection is lost: each has to be subscribed to again. */
  interrupt(): void {
    for (const channel of this.#byName.values()) channel.subscribed = undefined;
  }

  /** The connection is back: those that were left meanwhile are left now. */
  resume(): void {
    for (const [name, channel] of this.#byName) if (!channel.isWanted) this.#leave(name, channel);
  }

  close(): void {
    this.#byName.clear();
  }

  #subscribe(name: string, channel: Channel): Promise<void> {
    const { link, onMessage } = this.#options;
    const subscribed = inTurn(channel, async () => {
      if (channel.isWanted) await link().use((connection) => connection.subscribe(name, onMessage));
    });
    subscribed.catch(() => {
      if (channel.subscribed === subscribed) channel.subscribed = undefined;
    });
    return subscribed;
  }

  #leave(name: string, channel: Channel): void {
    const { link, onMessage } = this.#options;
    const left = inTurn(channel, async () => {
      if (channel.isWanted || this.#byName.get(name) !== channel) return;
      await link().use((connection) => connection.unsubscribe(name, onMessage), "write");
      if (!channel.isWanted) this.#byName.delete(name);
    });
    left.catch(() => {}); // see `resume`
  }
}

function inTurn(channel: Channel, act: () => Promise<void>): Promise<void> {
  const done = channel.turn.then(act);
  channel.turn = done.catch(() => {});
  return done;
}
