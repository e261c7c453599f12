import { posts, range } from "./events.js";
import { turns } from "./within.js";
import type { World } from "./world.js";

/** Data in which a wrong byte shows: characters of all lengths, and frames far longer than one socket write. */
const pads = ["", "é\u2028\u{1f600}\0", "x".repeat(30_000), "ü".repeat(9_000)];

/** Publishes to `feed/head` one by one, many in a turn, as arrays, large and small, with a heartbeat in between. */
export async function publishBurst({ topic, contract, clock, parts }: World, total = 24): Promise<void> {
  const { head } = contract.feed;
  const post = (n: number) => ({ type: "post" as const, data: { n, pad: pads[n % pads.length] as string } });
  let beaten = false;
  for (let n = 1; n <= total; ) {
    const many = Math.min(1 + (n % 7), total - n + 1);
    const numbers = range(n, n + many - 1);
    n += many;
    if (n % 3 === 0) await topic(head).publish(numbers.map(post));
    else await Promise.all(numbers.map((each) => topic(head).publish(post(each))));
    if (n > total / 2 && !beaten) {
      beaten = true; // once: a second advance without any byte sent would count as a stall
      clock.advance(parts.streams.heartbeat);
    }
    if (n % 2 === 0) await turns(2);
  }
  await topic(head).publish(posts(total + 1));
}

/** Occurs only in the last frame of a burst. */
export const lastOf = (total = 24) => `data: {"n":${total + 1}}\n`;
