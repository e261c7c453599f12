import { createPublisher, type Log, type Publisher, type PublisherOptions, type Retain } from "@sluice/server";
import { type Contract, ownContractOf } from "./contract.js";
import type { Edition } from "./edition.js";
import type { History } from "./history.js";
import type { StateTtls } from "./lives.js";
import type { Voice } from "./publish.js";

/** What one process has of the engine. */
export interface StoreConnection {
  /** Its log, with everything recorded. */
  readonly log: Log;
  /** The process is gone, and with it what it had open. */
  kill(): void;
}

/** The engine of a run. */
export interface Store {
  /** The engine itself, for who looks after it: a topic's new life in it is no surprise. */
  readonly engine: Log;
  /** The same, with everything recorded. */
  readonly log: Log;
  /** Whether it outlives the processes: what one of them had is there for the next. Then servers end with what they had open. */
  readonly isLasting: boolean;
  /** What servers and publishers say. */
  readonly retain: Retain<Contract>;
  /** The log as servers and publishers see it. */
  readonly seen: (log: Log) => Log;
  /** For a process that starts. */
  connect(): StoreConnection;
  /** A process that only publishes, with a given contract. */
  worker(edition: Edition): Voice;
  /** Loses a topic's newest entries, while no process has it open. */
  failover(topic: string, lost: number): Promise<void>;
  /** Nobody uses it any more. */
  retire(): void;
}

export interface StoreOptions {
  readonly history: History;
  /** Called when a topic turns out to have a new life, before that is recorded. */
  readonly onNewLife: (topic: string, head: string) => void;
  readonly stateTtls: StateTtls;
  /** The engine's clock. */
  readonly now: () => number;
  /** Wraps the engine for its users. */
  readonly seen: (log: Log) => Log;
  /** Returns the `onError` of a worker with this contract. */
  readonly onErrorOf: (edition: Edition) => PublisherOptions["onError"] & {};
}

export type OpenStore = (options: StoreOptions) => Promise<Store>;

/** What topics keep. */
export const retainOf = (stateTtls: StateTtls): Retain<Contract> => ({
  ...stateTtls,
  "bot/tally": { events: 20 },
  "board/state": { events: 20 },
});

/** What all other topics keep. */
export const retained = { events: 100, bytes: 1_000_000 };

/** The workers of a store, one per contract. */
export function workersOf(
  store: Pick<Store, "connect" | "seen" | "retain">,
  { onErrorOf }: Pick<StoreOptions, "onErrorOf">,
): (edition: Edition) => Voice {
  const workers = new Map<Edition, Publisher>();
  return (edition) => {
    const known =
      workers.get(edition) ??
      createPublisher(ownContractOf(edition), {
        log: store.seen(store.connect().log),
        retain: store.retain,
        snapshotEvery: 5,
        onError: onErrorOf(edition),
      });
    workers.set(edition, known);
    return { topic: known.topic, edition };
  };
}
