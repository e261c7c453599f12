import type { AnySubscription, InputOf, SluiceError } from "@sluice/contract";
import type { RaisableCode } from "@sluice/server";
import { createLine, type Line, type OpenTopic } from "./line.js";
import { type NetworkRequest, readRequest, topicsOf } from "./network-request.js";
import { ownProcedure, type Procedures } from "./own-procedure.js";
import { builtInError, createRefusals, problemResponse, type RefuseOptions } from "./refusals.js";
import { topicOfInput } from "./topic.js";

/** What lies between clients and a server. The test holds it. */
export interface Network {
  /** All that was asked for, in order. */
  readonly requests: readonly NetworkRequest[];
  /**
   * Sends a request to the server: as the `fetch` option of a client, or from a mock.
   *
   * @example setupServer(http.all("http://localhost/api/*", ({ request }) => server.fetch(request))); // MSW
   */
  readonly fetch: (request: Request | string | URL, init?: RequestInit) => Promise<Response>;
  /**
   * Resolves when a subscription of the procedure is open, with this input if one is given: what is published from then on reaches
   * it. Under fake timers, advance them instead.
   *
   * @throws TypeError for what is no subscription of the contract, or an input that doesn't fit.
   * @example await server.opened(contract.scores.watch, { matchId: "m1" });
   */
  opened<P extends AnySubscription>(procedure: P, input?: InputOf<P>): Promise<void>;
  /**
   * Cuts the connections that carry subscriptions of the procedure, with this input if one is given; without a procedure, all
   * connections. Their clients come back at once, and resume. A connection that carries others cuts them, too.
   *
   * @throws Error if nothing of the procedure is open.
   */
  drop<P extends AnySubscription>(procedure?: P, input?: InputOf<P>): void;
  /** Cuts all connections, and makes new ones fail until `online`. Clients of this network are told: they are `paused`. */
  offline(): void;
  /** Clients of this network are told, and come back at once. */
  online(): void;
  /**
   * Answers the next requests with an error, whatever they ask for, before the server sees them: as a proxy or a
   * load balancer does. Clients may try again at once, unless the error has a `retryAfter`.
   *
   * @throws TypeError for a code that no server answers with. RangeError if `times` is none.
   * @example network.refuse("unavailable", { times: 3 });
   */
  refuse(error: RaisableCode | SluiceError<RaisableCode>, options?: RefuseOptions): void;
}

export interface HeldNetwork extends Network {
  /** The `wake` option of its clients. */
  wake(onWake: (isOnline: boolean) => void): () => void;
  /** Topics with open subscriptions, of one procedure, or of all. */
  openTopics(path?: string): ReadonlySet<string>;
  close(): void;
}

type Serve = (address: string, init: RequestInit) => Promise<Response>;

export function createNetwork(procedures: Procedures, serve: Serve, base = ""): HeldNetwork {
  const requests: NetworkRequest[] = [];
  const lines = new Set<Line>();
  const wakes = new Set<(isOnline: boolean) => void>();
  const waiting = new Set<() => void>();
  const refusals = createRefusals<"all">();
  let isOnline = true;
  let isClosed = false;

  const changed = () => {
    for (const look of [...waiting]) look();
  };
  const cutAll = (of: readonly Line[] = [...lines]) => {
    for (const line of of) line.cut();
  };

  async function send(given: Request | string | URL, init?: RequestInit): Promise<Response> {
    const { address, asked, ...carried } = await readRequest(given, init, base);
    requests.push(...asked);
    if (isClosed) throw new TypeError("The test's network is closed.");
    if (!isOnline) throw new TypeError("The test's network is offline.");
    const refusal = asked.length > 0 && refusals.take("all");
    if (refusal) return problemResponse(refusal);
    const topics = topicsOf(asked, procedures);
    const line = createLine({
      init: carried.init,
      topics: asked.map(({ path }, index): OpenTopic => ({ path, topic: topics[index] })),
      serve: (given) => serve(address, given),
      changed,
      over: (over) => void lines.delete(over),
    });
    lines.add(line);
    return line.answer();
  }

  /** Finds the lines that carry a procedure, as a test names it. */
  function linesOf(given: AnySubscription, input: unknown, caller: string): { readonly name: string; find(): Line[] } {
    const procedure = ownProcedure(procedures, given, { caller, kinds: ["subscription"] });
    const { path } = procedure;
    const topic = input === undefined ? undefined : topicOfInput(procedure, input, caller);
    const isIt = (open: OpenTopic) => open.path === path && (topic === undefined || open.topic === topic);
    return { name: topic ?? path, find: () => [...lines].filter(({ open }) => [...open].some(isIt)) };
  }

  return {
    requests,
    fetch: send,
    async opened(procedure, input) {
      const { find } = linesOf(procedure, input, "opened()");
      await new Promise<void>((resolve, reject) => {
        const look = () => {
          if (isClosed) reject(new Error("opened(): the test's network is closed."));
          else if (find().length > 0) resolve();
          else return;
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      });
    },
    drop(procedure, input) {
      if (!procedure) return cutAll();
      const { name, find } = linesOf(procedure, input, "drop()");
      const found = find();
      if (found.length === 0) throw new Error(nobody("drop()", name));
      cutAll(found);
    },
    offline() {
      isOnline = false;
      for (const wake of [...wakes]) wake(false);
      cutAll();
    },
    online() {
      isOnline = true;
      for (const wake of [...wakes]) wake(true);
    },
    refuse(error, options) {
      refusals.add("all", builtInError(error, "refuse()"), options);
    },
    wake(onWake) {
      wakes.add(onWake);
      onWake(isOnline);
      return () => void wakes.delete(onWake);
    },
    openTopics(path) {
      const open = [...lines].flatMap((line) => [...line.open]);
      return new Set(open.flatMap((each) => (path === undefined || each.path === path ? (each.topic ?? []) : [])));
    },
    close() {
      isClosed = true;
      cutAll();
      changed();
    },
  };
}

export const nobody = (caller: string, name: string): string =>
  `${caller}: nobody is subscribed to ${name}. Wait until somebody is: await opened(procedure, input), or what the page shows then.`;
