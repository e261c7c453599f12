import { driver } from "../../../packages/sqlite/src/drivers.test-kit.js";
import { failoverOf } from "../../../packages/sqlite/src/failover.test-kit.js";
import { cuttable, newFolder, smallJournal } from "../../../packages/sqlite/src/harness.test-kit.js";
import { openSqliteLog } from "../../../packages/sqlite/src/sqlite-log.js";
import { mortalLog } from "../mortal.js";
import { retained, retainOf, type Store, type StoreConnection, type StoreOptions, workersOf } from "../store.js";
import { FileRecord, startRecord } from "./file-record.js";

/** A file for all servers. Each has it open by itself, as a process of its own does. */
export async function openSqliteStore({ stateTtls, now, seen, onErrorOf, ...options }: StoreOptions): Promise<Store> {
  const { file, remove } = newFolder();
  const connections = new Set<StoreConnection>();
  const open = () => {
    const cut = cuttable(driver.open(file));
    return { ...cut, log: openSqliteLog({ database: cut.database, retain: retained, now }, smallJournal) };
  };
  const own = open();
  const beside = driver.open(file);
  startRecord(beside);
  const record = new FileRecord(beside, options);
  const look = () => record.pull();
  const lose = failoverOf(beside);

  function connect(): StoreConnection {
    const { log, database, set } = open();
    let isDead = false;
    const connection: StoreConnection = {
      log: mortalLog(log, { isDead: () => isDead, look }),
      kill() {
        if (isDead) return;
        isDead = true;
        set(true);
        connections.delete(connection);
        void log.close?.(); // its timers: it can't write any more
        database.close();
      },
    };
    connections.add(connection);
    return connection;
  }

  const log = mortalLog(own.log, { isDead: () => false, look });
  const store = {
    engine: log,
    log,
    isLasting: true,
    retain: retainOf(stateTtls),
    seen,
    async failover(topic: string, lost: number) {
      record.pull();
      const kept = await lose(topic, lost);
      if (kept) record.lost(kept);
    },
    connect,
  };
  return {
    ...store,
    worker: workersOf(store, { onErrorOf }),
    retire() {
      for (const connection of connections) connection.kill();
      own.set(true);
      void own.log.close?.();
      own.database.close();
      beside.close();
      remove();
    },
  };
}
