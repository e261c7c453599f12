import type { Visit } from "./election.js";
import type { Item, Message, ToLeader } from "./messages.js";
import type { Port, SharedLane } from "./tab-lane.js";

/** A following tab's lanes, which another tab serves by messages. */
export interface Follower extends Port {
  receive(message: Message): void;
}

interface Place {
  readonly lane: SharedLane;
  /** The feed that it has joined. */
  feed?: number | undefined;
  /** The number of the feed's last message. */
  seq: number;
}

export function createFollower(leader: string, { tab, channel }: Visit): Follower {
  /** By the lanes' ids. */
  const places = new Map<number, Place>();
  const feeds = new Map<number, Set<Place>>();

  const post = (message: ToLeader): void => channel.post(message);

  function enter(place: Place, feed: number, seq: number): void {
    unfeed(place);
    place.feed = feed;
    place.seq = seq;
    feeds.set(feed, (feeds.get(feed) ?? new Set()).add(place));
  }

  function unfeed(place: Place): void {
    if (place.feed === undefined) return;
    const all = feeds.get(place.feed);
    all?.delete(place);
    if (all?.size === 0) feeds.delete(place.feed);
    place.feed = undefined;
  }

  function join(lane: SharedLane): void {
    const place = places.get(lane.id) ?? { lane, seq: 0 };
    places.set(lane.id, place);
    const { procedure, text } = lane.target;
    const { path, method } = procedure;
    const [ask, isGet, cursor] = [++lane.asks, method === "GET", lane.from];
    post({ kind: "join", leader, tab, lane: lane.id, ask, path, isGet, text, cursor });
  }

  /** A message was lost: the lane asks from the cursor that it has reached. */
  function askAnew(place: Place): void {
    unfeed(place);
    join(place.lane);
  }

  function onFeed(feed: number, seq: number, items: readonly Item[]): void {
    for (const place of [...(feeds.get(feed) ?? [])]) {
      if (place.feed !== feed || seq <= place.seq) continue;
      if (seq > place.seq + 1) {
        askAnew(place);
        continue;
      }
      place.seq = seq;
      place.lane.take(items);
    }
  }

  post({ kind: "arrive", leader, tab });
  return {
    join,
    nudge: ({ id }) => post({ kind: "nudge", leader, tab, lane: id }),
    leave({ id }) {
      const place = places.get(id);
      if (!place) return;
      unfeed(place);
      places.delete(id);
      post({ kind: "leave", leader, tab, lane: id });
    },
    receive(message) {
      if (message.kind === "feed") return onFeed(message.feed, message.seq, message.items);
      const place = "lane" in message && message.tab === tab ? places.get(message.lane) : undefined;
      if (!place) return;
      const { lane } = place;
      if (message.kind === "alone") return lane.goAlone();
      if (message.kind === "joined") {
        if (message.ask !== lane.asks) return;
        enter(place, message.feed, message.seq);
        lane.answer(message.items);
      } else if (message.kind === "moved") {
        if (place.feed !== message.old) return; // it is asking anew
        if (place.seq !== message.oldSeq) return askAnew(place);
        enter(place, message.feed, message.seq);
        lane.take(message.items);
      }
    },
  };
}
