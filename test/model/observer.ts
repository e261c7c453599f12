import { SluiceError, type SubscriptionProcedure } from "@sluice/client";
import type { AnySubscription } from "@sluice/contract";
import { internals } from "../../packages/client/src/procedure/procedure.js";
import type { Access, Login } from "./access.js";
import { firstEdition } from "./edition.js";
import { isProper } from "./ends.js";
import { Follower, type ResetSeen } from "./follower.js";
import { epochOf, type History } from "./history.js";
import type { Home } from "./home.js";
import type { Kind } from "./kinds.js";
import { promptIn, promptOf } from "./runs.js";
import { createWatch } from "./watch.js";

/** How a subscriber reads: with handlers, or in a loop that can be paused. */
export type Reading = "handlers" | "loop";

export interface ObserverOptions {
  readonly name: string;
  readonly kind: Kind;
  readonly reading: Reading;
  /** Its client, with the network. Others may be there, too. */
  readonly home: Home;
  readonly access: Access;
  readonly history: History;
  readonly blame: (what: string) => void;
  /** Called for every request, with its cursor. */
  readonly onRequest: (cursor: string | undefined) => void;
}

/** One subscription of a real client, checked against its promises. */
export interface Observer {
  readonly name: string;
  readonly kind: Kind;
  readonly home: Home;
  readonly login: Login;
  /** How it ended; `undefined` while it runs. */
  readonly over: string | undefined;
  /** The cursor reached. */
  readonly at: string | undefined;
  /** Its connection, and what came over it last, for who looks for a fault. */
  readonly connection: string;
  /** The number of resets received. */
  readonly resets: number;
  /** Pauses a loop until `read`. Handlers can't be paused. */
  hold(): void;
  read(): void;
  stop(): void;
}

interface ItemEvent {
  readonly type: string;
  readonly id: string;
  readonly data: { readonly n: number };
}

/** An event that the client's contract doesn't know, with its data as text. */
interface SkippedItem {
  readonly type: string;
  readonly id?: string | undefined;
  readonly data: string;
}

export function observe(options: ObserverOptions): Observer {
  const { name, kind, reading, home, access, history, blame, onRequest } = options;
  const { login, tree } = home;
  const accuse = (what: string) => blame(`${name} (${kind.name}, ${reading}) ${what}`);
  const { edition = firstEdition, statesRead, statesAt } = kind;
  const follower = new Follower({
    history,
    kind,
    blame: accuse,
    statesAt: statesRead
      ? (at) => statesRead(history, at)
      : statesAt && ((at) => statesAt(history, at, firstEdition.version)),
    seesStates: reading === "handlers",
    seesCursors: false,
  });
  const stopping = new AbortController();
  const watch = createWatch({
    ...{ history, kind, blame: accuse },
    onRequest(cursor) {
      onRequest(cursor);
      if (cursor !== undefined && kind.topic && follower.at === undefined && !follower.awaits) follower.at = cursor;
    },
  });
  const prompt = promptOf(kind)?.prompt;
  let counted = 0;
  let resets = 0;
  let over: string | undefined;

  function onEvent({ type, id, data: { n } }: ItemEvent): void {
    if (kind.edition && !edition.types.includes(type))
      accuse(`took ${n}, a "${type}", which its contract doesn't know`);
    if (over !== undefined) accuse(`was told ${n} after its end (${over})`);
    counted++;
    if (kind.topic !== undefined) follower.event(id, n);
    else if (n !== counted) accuse(`was told ${n}, where ${counted} follows`);
    if (prompt !== undefined && promptIn(history, epochOf(id))?.prompt !== prompt)
      accuse(`was told ${n} of another prompt`);
  }

  function onSkippedEvent({ type, id = "", data }: SkippedItem): void {
    const { n } = JSON.parse(data);
    if (edition.types.includes(type)) accuse(`passed over ${n} at ${id}, which it knows`);
    follower.event(id, n);
  }

  function onReset(reset: ResetSeen): void {
    resets++;
    follower.reset(reset);
  }

  function onOver(end: string, message = end): void {
    if (stopping.signal.aborted) return;
    if (over !== undefined) accuse(`ended twice (${over}, ${end})`);
    over = end;
    const refusals = home.refusalsOf(path, kind.input);
    const isForbidden = access.isForbidden(login.session, kind.name, path);
    if (!isProper({ kind, end, at: follower.at, told: counted, refusals, isForbidden }, history)) {
      accuse(`ended with ${end} after ${counted} events, at ${follower.at}: ${message}`);
    }
  }

  const group = tree[kind.group] as unknown as Record<string, SubscriptionProcedure<AnySubscription>>;
  const procedure = group[kind.leaf] as SubscriptionProcedure<AnySubscription>;
  const path = `${kind.group}/${kind.leaf}`;
  home.watch(path, kind.input, watch, onSkippedEvent);

  let connection = "in a loop";
  let held: Promise<void> | undefined;
  let release = () => {};
  const read = () => {
    held = undefined;
    release();
  };

  async function loop(): Promise<void> {
    const { signal } = stopping;
    try {
      for await (const event of procedure.iterate(kind.input, { signal, onReset })) {
        onEvent(event as ItemEvent);
        while (held) await held;
      }
      onOver("end");
    } catch (error) {
      onOver(SluiceError.is(error) ? error.code : String(error), String(error));
    }
  }

  if (reading === "loop") {
    void loop();
  } else {
    const shared = procedure[internals].shared(kind.input);
    procedure.subscribe(kind.input, {
      signal: stopping.signal,
      onEvent: (event) => onEvent(event as ItemEvent),
      onState: (value) => follower.state(shared.connection.cursor() ?? "", value),
      onReset,
      onConnection({ status, attempt, error }) {
        connection = `${status}${attempt > 0 ? `, attempt ${attempt} (${error?.code}: ${error?.message})` : ""}`;
      },
      onError: ({ code, message }) => onOver(code, message),
      onEnd: () => onOver("end"),
    });
  }

  return {
    name,
    kind,
    home,
    login,
    get over() {
      return over;
    },
    get at() {
      return follower.at;
    },
    get connection() {
      return `${connection}; ${watch.recent}`;
    },
    get resets() {
      return resets;
    },
    hold() {
      held ??= new Promise<void>((resolve) => {
        release = resolve;
      });
    },
    read,
    stop() {
      stopping.abort();
      watch.leave();
      read();
    },
  };
}
