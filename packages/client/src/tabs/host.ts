import type { AnySubscription } from "@sluice/contract";
import type { Transport } from "../transport/transport.js";
import type { Target } from "../wire/target.js";
import type { Item } from "./messages.js";
import { createSource, type Source } from "./source.js";

/** A lane of this tab, or of another. */
export interface Member {
  readonly key: string;
  readonly target: Target<AnySubscription>;
  /** It gets its items by what the host broadcasts. */
  readonly isRemote: boolean;
  /** It gets these items, and then those of the feed: the answer to the latest `join`. */
  joined(feed: FeedState, items: readonly Item[]): void;
  /** The same, unasked, as another feed has what follows the old one. */
  moved(old: FeedState, feed: FeedState, items: readonly Item[]): void;
  item(item: Item): void;
  /** It can't be shared. */
  alone(): void;
}

/** A source and the lanes that get its items. */
export interface FeedState {
  readonly id: number;
  /** The number of its latest broadcast message. */
  seq: number;
}

interface Feed extends FeedState {
  readonly source: Source;
  readonly members: Set<Member>;
  /** Have joined another feed, and change to this one when it opens. */
  readonly waiting: Set<Member>;
}

interface Place {
  feed?: Feed;
  /** The feed that it changes to. */
  waiting?: Feed | undefined;
}

/**
 * Serves lanes with the same subscription by one lane of a transport. Who joins at a cursor that the lane has passed,
 * and whose frames are gone, gets a lane from there, until it has reached a place that the other one knows.
 */
export interface Host {
  join(member: Member, cursor: string | undefined): void;
  nudge(member: Member): void;
  leave(member: Member): void;
  /** Makes attempts that are due. */
  check(now: number): void;
  close(): void;
}

export function createHost(transport: Transport, broadcast: (feed: FeedState, item: Item) => void): Host {
  /** By subscription, oldest first. More than one while a newer one catches up. */
  const feeds = new Map<string, Set<Feed>>();
  const places = new Map<Member, Place>();
  /** Of plain generators: each subscriber has a run of its own. PROTOCOL §9.1. */
  const plainPaths = new Set<string>();
  let lastId = 0;
  let isClosed = false;

  function start(member: Member, cursor: string | undefined): Feed {
    const source = createSource(transport, member.target, cursor, (item) => {
      if (!isClosed) onItem(member.key, feed, item);
    });
    const feed: Feed = { id: ++lastId, seq: 0, source, members: new Set(), waiting: new Set() };
    const known = feeds.get(member.key) ?? new Set();
    feeds.set(member.key, known.add(feed));
    return feed;
  }

  /** Closes a feed that has no lane left. */
  function release(key: string, feed: Feed | undefined): void {
    if (!feed || feed.members.size + feed.waiting.size > 0) return;
    forget(key, feed);
    feed.source.close();
  }

  function forget(key: string, feed: Feed): void {
    const known = feeds.get(key);
    if (known?.delete(feed) && known.size === 0) feeds.delete(key);
  }

  function arrive(member: Member, feed: Feed, items: readonly Item[]): void {
    const place = places.get(member);
    if (!place) return;
    const { feed: old, waiting } = place;
    place.waiting = undefined;
    waiting?.waiting.delete(member);
    enter(member, place, feed);
    release(member.key, waiting);
    if (old !== feed) release(member.key, old);
    if (!isClosed) member.joined(feed, items);
  }

  /** Its feed goes on until the other one has opened. */
  function wait(member: Member, place: Place, feed: Feed): void {
    const { waiting } = place;
    place.waiting = feed;
    waiting?.waiting.delete(member);
    feed.waiting.add(member);
    release(member.key, waiting);
  }

  function move(member: Member, old: Feed, feed: Feed, items: readonly Item[]): void {
    const place = places.get(member);
    if (!place || place.feed !== old) return;
    enter(member, place, feed);
    release(member.key, old);
    if (!isClosed) member.moved(old, feed, items);
  }

  function enter(member: Member, place: Place, feed: Feed): void {
    place.feed?.members.delete(member);
    place.feed = feed;
    feed.members.add(member);
  }

  function leave(member: Member): void {
    const place = places.get(member);
    if (!place) return;
    places.delete(member);
    place.feed?.members.delete(member);
    place.waiting?.waiting.delete(member);
    release(member.key, place.feed);
    release(member.key, place.waiting);
  }

  function onItem(key: string, feed: Feed, item: Item) {
    if (item.kind === "open" && item.stream === "stream") keepOne(key, feed);
    const joined = [...feed.members];
    if (joined.some(({ isRemote }) => isRemote)) broadcast(feed, item);
    if (item.kind === "open" || item.kind === "over") {
      for (const member of [...feed.waiting]) arrive(member, feed, [item]);
    }
    if (item.kind === "over") forget(key, feed);
    for (const member of joined) if (feed.members.has(member) && !isClosed) member.item(item);
    if (item.kind !== "over") return merge(key);
    for (const member of [...feed.members]) leave(member);
  }

  /** A plain generator's run is for the first lane. Nobody joins it. */
  function keepOne(key: string, feed: Feed): void {
    forget(key, feed);
    const [first, ...others] = [...feed.members, ...feed.waiting];
    if (first) plainPaths.add(first.target.procedure.path);
    for (const member of others) {
      leave(member);
      member.alone();
    }
  }

  /** Once a live feed has reached a place that another one knows, its lanes go on there. */
  function merge(key: string): void {
    const known = [...(feeds.get(key) ?? [])].reverse().filter(({ source }) => source.isLive);
    for (const feed of known) {
      for (const other of known) {
        const items = feed === other ? undefined : other.source.after(feed.source.reached);
        if (!items) continue;
        for (const member of [...feed.members]) move(member, feed, other, items);
        return;
      }
    }
  }

  return {
    join(member, cursor) {
      if (plainPaths.has(member.target.procedure.path)) {
        leave(member);
        return member.alone();
      }
      const place = places.get(member) ?? {};
      places.set(member, place);
      for (const feed of feeds.get(member.key) ?? []) {
        const items = feed.source.join(cursor);
        if (!items) continue;
        if (place.feed && !feed.source.isOpen) wait(member, place, feed);
        else arrive(member, feed, items);
        return feed.source.nudge();
      }
      const feed = start(member, cursor);
      if (isClosed || places.get(member) !== place) return release(member.key, feed); // the application's clock did that
      if (place.feed) wait(member, place, feed);
      else arrive(member, feed, []);
      feed.source.start();
    },
    nudge: (member) => places.get(member)?.feed?.source.nudge(),
    leave,
    check(now) {
      for (const known of [...feeds.values()]) for (const { source } of [...known]) source.check(now);
    },
    close() {
      isClosed = true;
      const all = new Set([...places.values()].flatMap(({ feed, waiting }) => [feed, waiting]));
      places.clear();
      feeds.clear();
      for (const feed of all) feed?.source.close();
    },
  };
}
