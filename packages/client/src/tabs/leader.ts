import type { Transport } from "../transport/transport.js";
import { presenceLock, type Visit } from "./election.js";
import { createHost, type FeedState, type Member } from "./host.js";
import type { Item, Join, Message, OfLeader } from "./messages.js";
import type { Page } from "./page.js";
import { rawTarget } from "./source.js";
import type { Port, SharedLane } from "./tab-lane.js";

/** The leading tab's work: it serves its own lanes, and those of the other tabs by messages. */
export interface Leader extends Port {
  /** Whether another tab has a lane here. */
  readonly isNeeded: boolean;
  receive(message: Message): void;
  close(): void;
}

export interface LeaderOptions {
  readonly page: Page;
  readonly name: string;
  readonly leader: string;
  readonly visit: Visit;
  readonly own: Transport;
  readonly now: () => number;
  /** The last lane of another tab has left. */
  onQuiet(): void;
}

/** A lane of another tab. */
interface GuestLane {
  readonly member: Member;
  /** The latest. */
  ask: number;
}

/** What the leader knows of another tab. */
interface Guest {
  readonly lanes: Map<number, GuestLane>;
  /** Aborts the wait for its end. */
  readonly watch: AbortController;
}

const keyOf = (path: string, text: string | undefined): string => (text === undefined ? path : `${path}?${text}`);

export function createLeader({ page, name, leader, visit, own, now, onQuiet }: LeaderOptions): Leader {
  const { channel } = visit;
  const guests = new Map<string, Guest>();
  const members = new Map<SharedLane, Member>();
  const host = createHost(own, broadcast);

  function post(message: OfLeader): void {
    channel.post(message);
  }

  function broadcast(feed: FeedState, item: Item): void {
    const { last } = channel;
    if (last?.kind === "feed" && last.feed === feed.id) last.items.push(item);
    else post({ kind: "feed", leader, feed: feed.id, seq: ++feed.seq, items: [item] });
  }

  /** A tab has gone when its own lock is free, however it went. */
  function welcome(tab: string): Guest {
    const guest: Guest = { lanes: new Map(), watch: new AbortController() };
    guests.set(tab, guest);
    const { signal } = guest.watch;
    page
      .lock(presenceLock(name, tab), { signal }, async () => {
        if (!signal.aborted) forget(tab);
      })
      .catch(() => {}); // aborted
    return guest;
  }

  function forget(tab: string): void {
    const guest = guests.get(tab);
    if (!guest) return;
    guests.delete(tab);
    guest.watch.abort();
    for (const { member } of guest.lanes.values()) host.leave(member);
    if (guests.size === 0) onQuiet();
  }

  function remove(tab: string, lane: number): void {
    const guest = guests.get(tab);
    const known = guest?.lanes.get(lane);
    if (!guest || !known) return;
    guest.lanes.delete(lane);
    host.leave(known.member);
    if (guest.lanes.size === 0) forget(tab);
  }

  function memberOf({ tab, lane, ask, path, isGet, text }: Join): Member | undefined {
    const known = guests.get(tab)?.lanes.get(lane);
    if (known) {
      known.ask = ask;
      return known.member;
    }
    let target: Member["target"];
    try {
      target = rawTarget(path, isGet, text);
    } catch {
      return undefined; // its input isn't JSON
    }
    const member: Member = {
      key: keyOf(path, text),
      target,
      isRemote: true,
      joined({ id, seq }, items) {
        post({ kind: "joined", leader, tab, lane, ask: added.ask, feed: id, seq, items });
      },
      moved(old, { id, seq }, items) {
        post({ kind: "moved", leader, tab, lane, feed: id, seq, items, old: old.id, oldSeq: old.seq });
      },
      item() {},
      alone() {
        post({ kind: "alone", leader, tab, lane });
        remove(tab, lane);
      },
    };
    const added: GuestLane = { member, ask };
    (guests.get(tab) ?? welcome(tab)).lanes.set(lane, added);
    return member;
  }

  function localMember(lane: SharedLane): Member {
    const { procedure, text } = lane.target;
    const isGet = procedure.method === "GET";
    return {
      key: keyOf(procedure.path, text),
      target: rawTarget(procedure.path, isGet, text),
      isRemote: false,
      joined: (_, items) => lane.answer(items),
      moved: (_old, _feed, items) => lane.take(items),
      item: (item) => lane.take([item]),
      alone: lane.goAlone,
    };
  }

  return {
    get isNeeded() {
      return guests.size > 0;
    },
    join(lane) {
      const member = members.get(lane) ?? localMember(lane);
      members.set(lane, member);
      host.join(member, lane.from);
    },
    nudge(lane) {
      const member = members.get(lane);
      if (member) host.nudge(member);
    },
    leave(lane) {
      const member = members.get(lane);
      members.delete(lane);
      if (member) host.leave(member);
    },
    receive(message) {
      if (message.kind === "call") return host.check(now());
      if (!("leader" in message) || message.leader !== leader) return;
      if (message.kind === "arrive") {
        forget(message.tab);
      } else if (message.kind === "join") {
        const member = memberOf(message);
        if (member) host.join(member, message.cursor);
      } else if (message.kind === "leave") {
        remove(message.tab, message.lane);
      } else if (message.kind === "nudge") {
        const known = guests.get(message.tab)?.lanes.get(message.lane);
        if (known) host.nudge(known.member);
      }
    },
    close() {
      host.close();
      for (const { watch } of guests.values()) watch.abort();
      guests.clear();
      members.clear();
    },
  };
}
