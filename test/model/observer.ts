import { createClient, SluiceError, type SubscriptionProcedure } from "@sluice/client";
import type { AnySubscription } from "@sluice/contract";
import { internals } from "../../packages/client/src/procedure.js";
import { contract } from "./contract.js";
import { Follower } from "./follower.js";
import type { History } from "./history.js";
import { botLength, type Kind } from "./kinds.js";
import { scaledClock } from "./scaled-clock.js";
import { witness } from "./witness.js";

type Fetch = typeof globalThis.fetch;

/** How a subscriber reads: told by handlers, or one by one in a loop that can be made to wait. */
export type Reading = "handlers" | "loop";

export interface ObserverOptions {
  readonly name: string;
  readonly kind: Kind;
  readonly reading: Reading;
  readonly url: string;
  readonly history: History;
  readonly blame: (what: string) => void;
  /** What stands between the witness and the network, and between the client and the witness. */
  readonly network?: ((fetch: Fetch) => Fetch) | undefined;
  readonly client?: ((fetch: Fetch) => Fetch) | undefined;
}

/** One real client with one subscription, held against what it is promised. */
export interface Observer {
  readonly name: string;
  readonly kind: Kind;
  /** How it came to its end; `undefined` as long as it goes on. */
  readonly over: string | undefined;
  /** The place reached. */
  readonly at: string | undefined;
  readonly requests: number;
  /** A loop reads no further until `read`. Handlers can't be held up. */
  hold(): void;
  read(): void;
  stop(): void;
}

interface ItemEvent {
  readonly id: string;
  readonly data: { readonly n: number };
}

/** How a subscription of a kind may end; all else is a failure. */
const properEnds: Readonly<Record<string, readonly string[]>> = {
  "bot/again": ["end"],
  "bot/once": ["end", "interrupted"],
};
const isProperEnd = ({ name, onGap }: Kind, end: string) =>
  properEnds[name]?.includes(end) ?? (end === "gap" && onGap === "fail");

export function observe({ name, kind, reading, url, history, blame, network, client }: ObserverOptions): Observer {
  const accuse = (what: string) => blame(`${name} (${kind.name}, ${reading}) ${what}`);
  const follower = new Follower({
    history,
    kind,
    blame: accuse,
    seesStates: reading === "handlers",
    seesPositions: false,
  });
  const stopping = new AbortController();
  const asIs = (fetch: Fetch) => fetch;
  const { fetch, requests } = witness((network ?? asIs)(globalThis.fetch), history, kind, accuse, (cursor) => {
    if (cursor !== undefined && kind.topic && follower.at === undefined && !follower.awaits) follower.at = cursor;
  });
  let counted = 0;
  let over: string | undefined;

  function onEvent({ id, data: { n } }: ItemEvent): void {
    if (over !== undefined) accuse(`was told ${n} after its end (${over})`);
    if (kind.topic !== undefined) follower.event(id, n);
    else if (n !== ++counted) accuse(`was told ${n}, where ${counted} follows`);
  }

  function onOver(end: string): void {
    if (stopping.signal.aborted) return;
    if (over !== undefined) accuse(`ended twice (${over}, ${end})`);
    over = end;
    if (!isProperEnd(kind, end)) accuse(`ended with ${end}`);
    if (end === "end" && counted !== botLength) accuse(`was told ${counted} of ${botLength} before its end`);
  }

  const tree = createClient(contract, {
    url,
    fetch: (client ?? asIs)(fetch),
    clock: scaledClock,
    linger: 0,
    retry: { random: () => 0.5, max: 400 },
  });
  const group = tree[kind.group] as unknown as Record<string, SubscriptionProcedure<AnySubscription>>;
  const procedure = group[kind.leaf] as SubscriptionProcedure<AnySubscription>;

  let held: Promise<void> | undefined;
  let release = () => {};
  const read = () => {
    held = undefined;
    release();
  };

  async function loop(): Promise<void> {
    const { signal } = stopping;
    try {
      for await (const event of procedure(kind.input, { signal, onReset: (reset) => follower.reset(reset) })) {
        onEvent(event as ItemEvent);
        while (held) await held;
      }
      onOver("end");
    } catch (error) {
      onOver(SluiceError.is(error) ? error.code : String(error));
    }
  }

  if (reading === "loop") {
    void loop();
  } else {
    const shared = procedure[internals].shared(kind.input);
    procedure.subscribe(kind.input, {
      signal: stopping.signal,
      onEvent: (event) => onEvent(event as ItemEvent),
      onState: (value) => follower.state(shared.connection.cursor ?? "", value),
      onReset: (reset) => follower.reset(reset),
      onError: ({ code }) => onOver(code),
      onEnd: () => onOver("end"),
    });
  }

  return {
    name,
    kind,
    get over() {
      return over;
    },
    get at() {
      return follower.at;
    },
    get requests() {
      return requests.length;
    },
    hold() {
      held ??= new Promise<void>((resolve) => {
        release = resolve;
      });
    },
    read,
    stop() {
      stopping.abort();
      read();
    },
  };
}
