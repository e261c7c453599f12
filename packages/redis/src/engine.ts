import type { AppendAnswer, AppendOptions, Cursor, Log, LogEvent } from "@sluice/log";
import { checkAppend, checkLease, checkText, mintEpoch } from "@sluice/log/engine";
import { appendArgs, appendedFrom, leaseFrom, withHolder } from "./calls/append.js";
import { cursorFrom, offsetText } from "./calls/cursors.js";
import { openArgs, openedFrom } from "./calls/open.js";
import { Appends } from "./client/appends.js";
import { checkRights } from "./client/check-rights.js";
import { checkServers } from "./client/check-server.js";
import type { CallKind, Connection } from "./client/connection.js";
import { logErrorOf, ReplyError } from "./client/errors.js";
import { Link } from "./client/link.js";
import { Scripts } from "./client/scripts.js";
import { type ScriptName, scriptsOf } from "./lua/scripts.js";
import type { RedisSettings } from "./options.js";
import { Status } from "./status.js";
import { AllTopicKeys, type TopicKeys } from "./topic-keys.js";
import { closedWatch, WatchedTopics } from "./watching/watched-topics.js";

/** A log in Redis. */
export interface RedisLog extends Log {
  /** `down`: Redis can't be reached, or can't be used as it is, and calls fail. At the start, `down` until it was reached. */
  readonly status: "up" | "down";
  /** Calls the listener with each change of `status`. Returns the function that stops it. */
  onStatus(listener: (status: "up" | "down") => void): () => void;
  close(): Promise<void>;
}

interface OpenRedisLog {
  readonly log: RedisLog;
  /** Says to Redis what this process watches, as it does by itself again and again. For tests. */
  touch(): Promise<void>;
}

type RunScript = (name: ScriptName, at: TopicKeys, args: readonly string[], kind: CallKind) => Promise<unknown>;

/** @param shift see `ScriptSettings` */
export function openRedisLog({ connector, prefix, timeout, ...engine }: RedisSettings, shift = "0"): OpenRedisLog {
  const { retentions, idle } = engine;
  const keys = new AllTopicKeys(prefix);
  const sources = scriptsOf({ ...engine, publish: connector.publish, shift });
  const scripts: Scripts = new Scripts(() => commands, sources, mintEpoch());
  const isCluster = connector.publish === "SPUBLISH";
  let spansSlots = false;
  const appends = new Appends({
    scripts,
    spansTopics: () => spansSlots,
    errorOf: (message) => {
      const { error, isDenied } = logErrorOf(new ReplyError(message), "write", connector.place);
      if (isDenied) commands.check();
      return error;
    },
    // Watchers look at their cursors when their log is up again.
    onUntold: () => commands.check(),
  });
  const check = (connection: Connection) => checkRights({ connection, connector, scripts, start: keys.startOf("") });
  const run: RunScript = (name, { key }, args, kind) => {
    appends.flush();
    return scripts.run(name, [key], args, kind);
  };
  const watched = new WatchedTopics({
    link: () => subscriptions,
    canRead: () => commands.isUp,
    keys,
    touch: async (topic) => (await run("touch", keys.of(topic), [], "write")) as [number, string],
    life: Math.min(idle, retentions.base.stateTtl),
  });
  const status = new Status(() => commands.isUp && subscriptions.isUp);
  let isClosed = false;

  // Only when both are: who is told reads at once.
  const onUp = () => {
    status.look();
    if (!isClosed && status.now === "up") watched.resume();
  };
  const commands: Link = new Link({
    connector,
    timeout,
    prepare: async (connection) => {
      await Promise.all([checkServers(connection, connector.place), scripts.loadInto(connection)]);
      await check(connection);
      if (!isCluster) spansSlots = await scripts.spansSlots(connection, keys.ofTwoSlots());
    },
    check: async (connection) => {
      watched.probe();
      await Promise.all([checkServers(connection, connector.place), check(connection)]);
    },
    onUp,
    onDown: () => status.look(),
  });
  const subscriptions = new Link({
    connector,
    timeout,
    prepare: async () => {},
    onUp,
    onDown: () => {
      watched.interrupt();
      status.look();
    },
  });

  const log: RedisLog = {
    get status() {
      return status.now;
    },
    onStatus: (listener) => status.on(listener),

    append<After extends Cursor | undefined, Held extends AppendOptions["lease"]>(
      topic: string,
      events: readonly LogEvent[],
      options: AppendOptions & { readonly after?: After; readonly lease?: Held } = {},
    ) {
      try {
        checkAppend(events, options);
        const given = events.map(({ type, data }) => ({ type, data })); // the caller's may change until there is an answer
        const retention = options.retain && retentions.of(options.retain);
        const lease = options.lease && withHolder(options.lease);
        const args = appendArgs(given, options, lease, retention);
        const take = (answer: unknown) => appendedFrom(answer, topic, given, lease);
        return appends.add(keys.of(topic), args, take) as Promise<AppendAnswer<After, Held>>;
      } catch (error) {
        return Promise.reject(error);
      }
    },

    async findAppend(topic, idempotencyKey) {
      const answer = await run("find", keys.of(topic), [idempotencyKey], "read");
      return answer === null ? undefined : cursorFrom(...(answer as [string, number, string]));
    },

    async open(topic, options) {
      return openedFrom(await run("open", keys.of(topic), openArgs(options), "read"));
    },

    watch: (topic, onAppend) => (isClosed ? closedWatch() : watched.watch(topic, onAppend)),

    async saveSnapshot(topic, cursor, data) {
      checkText("A snapshot's data", data);
      const args = [cursor.epoch, offsetText(cursor), cursor.mark, data];
      return (await run("save", keys.of(topic), args, "write")) === 1;
    },

    async trim(topic, upTo) {
      await run("trim", keys.of(topic), [upTo.epoch, offsetText(upTo), upTo.mark], "write");
    },

    async acquire(topic, request) {
      checkLease(request);
      const asked = withHolder(request);
      const answer = await run("acquire", keys.of(topic), [asked.holder, String(asked.ttl)], "write");
      if (answer === null) return undefined;
      const [epoch, token] = answer as [string, number];
      return leaseFrom(topic, epoch, token, asked);
    },

    async renew(lease) {
      checkLease(lease);
      const { topic, epoch, token, holder, ttl } = lease;
      const args = [epoch, String(token), holder, String(ttl)];
      return (await run("renew", keys.of(topic), args, "write")) === 1;
    },

    async release({ topic, epoch, token, holder }) {
      await run("renew", keys.of(topic), [epoch, String(token), holder, "0"], "write");
    },

    async free(topic) {
      await run("free", keys.of(topic), [], "write");
    },

    async close() {
      if (!isClosed) watched.close();
      isClosed = true;
      appends.flush();
      await Promise.all([commands.close(), subscriptions.close()]);
    },
  };
  return { log, touch: () => watched.touch() };
}
