import { formatCursor } from "@sluice/contract/wire";
import { implement, type Log, type RevocableContext } from "@sluice/server";
import { headOf } from "../../packages/server/src/topic/read-log.test-kit.js";
import { seeded } from "../conformance/random.js";
import { turns } from "../conformance/turns.js";
import { ownContractOf, passes } from "./contract.js";
import type { Edition } from "./edition.js";
import type { ServerGenerators } from "./generators.js";
import { type History, offsetOf } from "./history.js";
import { botLength, type Kind, logKinds } from "./kinds.js";
import { publishNumbers } from "./publish.js";

export interface RouterOptions {
  readonly history: History;
  readonly generators: Pick<ServerGenerators, "generate">;
  readonly seed: number;
  /** The edition that it serves. */
  readonly edition: Edition;
  /** Brings what history has of a topic up to its end. Default: it has everything. */
  readonly catchUp?: (topic: string) => Promise<void>;
}

/** The router of a scenario's servers. */
export function routerFor(log: Log, { history, generators, seed, edition, catchUp }: RouterOptions) {
  const random = seeded(seed);
  const s = implement(ownContractOf(edition)).$context<RevocableContext>();
  async function* count(from: number, signal: AbortSignal) {
    for (let n = from; n <= botLength && !signal.aborted; n++) {
      await turns(1 + Math.floor(random() * 3));
      yield { type: "item" as const, data: { n, pad: "" }, id: `${n}` };
    }
  }
  /** An older state, as from a database's replica. */
  async function snapshot() {
    let cursor: string;
    do {
      cursor = formatCursor(await headOf(log, "state/own"));
      await catchUp?.("state/own");
    } while (catchUp && offsetOf(cursor) > 0 && !history.at(cursor)); // a failover has lost it
    const oldest = offsetOf(history.oldest("state/own") ?? cursor);
    for (let lag = Math.floor(random() * 4); lag > 0 && offsetOf(cursor) > oldest; lag--) {
      cursor = history.at(cursor)?.before ?? cursor;
    }
    await turns(1);
    return { state: history.stateAt(cursor, passes), cursor };
  }
  /** Authorises as slowly as a database answers. */
  const gate = s.$middleware(async ({ next }) => {
    await turns(Math.floor(random() * 8));
    return next();
  });
  const filter = ({ data }: { readonly data: { readonly n: number } }) => passes(data.n);
  const resumable = { resumable: true, abandonAfter: 600 } as const;
  return s.$router({
    publish: s.publish.handler(({ input: { kind: name, ...rest }, topic }) => {
      const kind = logKinds.find((each) => each.name === name) as Kind;
      return publishNumbers({ topic, edition }, { kind, ...rest, key: rest.key, act: "item" });
    }),
    state: {
      folded: s.state.folded.use(gate).live(),
      own: s.state.own.live({ snapshot, filter }),
      doc: s.state.doc.use(gate).live(),
    },
    board: { state: s.board.state.use(gate).live(), news: s.board.news.live() },
    feed: {
      head: s.feed.head.use(gate).live(),
      oldest: s.feed.oldest.live(),
      last: s.feed.last.use(gate).live(),
      skip: s.feed.skip.use(gate).live(),
      filtered: s.feed.filtered.live({ filter }),
    },
    bot: {
      again: s.bot.again.stream(({ lastEventId, signal }) => count(Number(lastEventId ?? 0) + 1, signal), {
        onCut: "restart",
      }),
      once: s.bot.once.stream(({ signal }) => count(1, signal)),
      run: s.bot.run.stream(
        ({ input, signal, errors }) => generators.generate(input, signal, () => errors.failed()),
        resumable,
      ),
      tally: s.bot.tally.stream(
        ({ input, signal, errors }) => generators.generate(input, signal, () => errors.failed()),
        resumable,
      ),
    },
  });
}
