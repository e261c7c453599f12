import type { Cursor, Log, Retention } from "@sluice/log";
import type { LogHarness, LogSetupOptions } from "@sluice/log/conformance";
import { createClient } from "redis";
import { TcpRelay } from "../../../test/support/tcp-relay.js";
import { finite } from "./calls/cursors.js";
import { constantsLua } from "./lua/constants.js";
import { loseLua } from "./lua/lose.test-kit.js";
import { openTestLog, type TestLogOptions } from "./open-test-log.test-kit.js";
import type { RedisSettings } from "./options.js";
import { AllTopicKeys } from "./topic-keys.js";

/** What the appends to a topic said of the topic as a whole. */
interface Said {
  readonly topic: string;
  readonly cursor: Cursor;
  readonly record: string | undefined;
  readonly ttl: number | undefined;
  readonly retain: Partial<Retention> | undefined;
}

let harnesses = 0;

/** Milliseconds that a clock that stands still is ahead. */
const ahead = 24 * 60 * 60 * 1_000;

/** Milliseconds of one step of the clock: watchers say in between that they watch. */
const step = 100;

interface Peer {
  readonly log: Log;
  touch(): Promise<void>;
}

export interface RedisHarnessOptions {
  readonly url: string;
  /** For what logs themselves have no right to. Default: `url`. */
  readonly adminUrl?: string;
  /** Opens the peer. Default: in this process. */
  openPeer?(options: TestLogOptions): Promise<Peer>;
  /**
   * `still`: it moves with `advance`, and only then. `running`: Redis's own, which `advance` moves. `real`: Redis's own, for
   * which `advance` waits. Default: `still`.
   */
  readonly clock?: "still" | "running" | "real";
  /** Default: one of its own. */
  readonly prefix?: string;
}

/** Two logs of one store: `log` can be cut off, and its topics can lose their newest entries. */
export async function openRedisHarness(
  {
    url,
    adminUrl = url,
    openPeer = async (given) => openTestLog(given),
    clock = "still",
    prefix = `sluice:test-${process.pid}-${Date.now().toString(36)}-${harnesses++}`,
  }: RedisHarnessOptions,
  options: LogSetupOptions,
): Promise<Required<LogHarness>> {
  const relay = await TcpRelay.start(Number(new URL(url).port || 6379));
  const relayed = new URL(url);
  relayed.port = String(relay.port);
  const { log, touch, settings, shift } = openTestLog({ url: relayed.href, prefix, options });
  const { log: peer, touch: touchPeer } = await openPeer({ url, prefix, options });
  const admin = createClient({ url: adminUrl });
  admin.on("error", () => {}); // it connects again by itself
  await admin.connect();
  // Ahead of Redis's own, by which keys expire.
  if (clock === "still") await admin.set(`${prefix}:still`, String(Date.now() + ahead));
  let said: Said[] = [];

  const append: Log["append"] = async (topic, events, appendOptions) => {
    const answer = await log.append(topic, events, appendOptions);
    const { record, ttl, retain } = appendOptions ?? {};
    if (answer.ok && !answer.duplicate && (record ?? ttl ?? retain) !== undefined)
      said.push({ topic, cursor: answer.cursor, record, ttl, retain });
    return answer;
  };

  return {
    log: { ...log, append },
    peer,
    async advance(ms) {
      if (clock === "real") return new Promise((resolve) => setTimeout(resolve, ms));
      for (let left = ms; left > 0; left -= step) {
        await admin.incrBy(`${prefix}:shift`, Math.min(step, left));
        await Promise.all([touch(), touchPeer()]);
      }
    },
    async failover(topic, lost) {
      const { head } = (await log.open(topic, { from: { last: 0 }, limit: 0 })).page;
      const isOfLife = (one: Said) => one.topic === topic && one.cursor.epoch === head.epoch;
      said = said.filter((one) => !isOfLife(one) || one.cursor.offset <= head.offset - lost);
      const kept = said.filter(isOfLife);
      const source = constantsLua({ ...settings, publish: "PUBLISH", shift }) + loseLua;
      const keys = [new AllTopicKeys(prefix).of(topic).key];
      await admin.eval(source, { keys, arguments: ["lost", String(lost), restOf(kept, settings)] });
    },
    async outage(meanwhile) {
      relay.goAway();
      await until(() => log.status === "down");
      try {
        await meanwhile(peer);
      } finally {
        relay.isAway = false;
      }
      await until(() => log.status === "up");
    },
    async close() {
      await Promise.all([log.close(), peer.close?.()]);
      admin.destroy();
      await relay.stop();
    },
  };
}

/** What the kept appends said, in JSON. */
function restOf(kept: readonly Said[], { retentions }: RedisSettings): string {
  const last = <T>(of: (said: Said) => T | undefined) => kept.map(of).findLast((value) => value !== undefined);
  const given = last((one) => one.retain);
  const retain = given && retentions.of(given);
  return JSON.stringify({
    record: last((one) => one.record),
    ttl: last((one) => one.ttl),
    retain: retain && [retain.events, retain.bytes, retain.age, retain.stateTtl].map(finite),
  });
}

export async function until(isTrue: () => boolean, ms = 25_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error(`waited for ${ms} ms in vain`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
