import { type Client, createClient } from "@sluice/client";
import { expect } from "vitest";
import { contract } from "./contract.ts";
import { Member, type RoomMember } from "./member.ts";
import { expectRoom } from "./order.ts";
import { Publisher } from "./publisher.ts";
import { until } from "./until.ts";

const rooms = [0, 1];
const publishersOfRoom = 3;

type RoomPublisher = Publisher & { readonly room: number };

/** Clients of a fleet, and publishers that publish through it. */
export class Crowd {
  readonly members: RoomMember[] = [];
  readonly publishers: RoomPublisher[] = [];
  readonly #url: string;
  readonly #clients: { $close(): void }[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  get acknowledged(): number {
    return this.publishers.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  }

  get deliveries(): number {
    return this.members.reduce((sum, { numbers }) => sum + numbers.length, 0);
  }

  /** A client with all rooms' subscriptions on one stream. */
  joinMultiplexed(): void {
    const client = this.#newClient(true);
    const name = `multiplexed client ${this.#clients.length}`;
    for (const room of rooms) {
      for (const procedure of ["feed", "board"] as const) this.#join(name, client, procedure, room);
    }
  }

  /** A client with one subscription. */
  joinPlain(): void {
    const number = this.#clients.length;
    const procedure = number % 3 === 0 ? "board" : "feed";
    this.#join(`client ${number}`, this.#newClient(false), procedure, number % rooms.length);
  }

  /** @param rest milliseconds between two posts of a publisher. Default: it makes the next one at once. */
  publish(rest = 0): void {
    for (const room of rooms) {
      for (let i = 0; i < publishersOfRoom; i += 1) {
        const by = this.publishers.length;
        const client = this.#newClient(false);
        const post = (n: number) => client.post({ room, by, n });
        this.publishers.push(Object.assign(new Publisher(post, rest), { room }));
      }
    }
  }

  async stopPublishing(): Promise<void> {
    await Promise.all(this.publishers.map((each) => each.stop()));
  }

  live(): Promise<void> {
    return until(
      () => this.members.every(({ status }) => status === "live"),
      () => {
        const others = this.members.filter(({ status }) => status !== "live");
        return `${others.length} of ${this.members.length} are not live: ${others[0]?.name} is ${others[0]?.status}`;
      },
    );
  }

  /** Resolves when so many posts more are acknowledged. */
  more(posts: number): Promise<void> {
    const enough = this.acknowledged + posts;
    return until(
      () => this.acknowledged >= enough,
      () => `${enough - this.acknowledged} posts are not acknowledged`,
    );
  }

  /**
   * Expects each of those that were there from the start to have all acknowledged posts, once, in one order for all, and those that
   * came later to have the end of them; and the state of everyone to be folded from all.
   */
  async expectAll(fromStart: number): Promise<void> {
    for (const room of rooms) {
      const isOf = (each: { readonly room: number }) => each.room === room;
      const early = this.members.slice(0, fromStart).filter(isOf);
      await expectRoom({
        early,
        late: this.members.slice(fromStart).filter(isOf),
        publishers: this.publishers.filter(isOf),
      });
    }
    expect(
      this.members.flatMap(({ name, resets, over }) => [...resets, ...over].map((what) => `${name}: ${what}`)),
    ).toEqual([]);
    expect(this.publishers.flatMap(({ problems }) => problems)).toEqual([]);
  }

  close(): void {
    for (const { leave } of this.members) leave();
    for (const client of this.#clients) client.$close();
  }

  #join(name: string, client: Client<typeof contract>, procedure: RoomMember["procedure"], room: number): void {
    const member = new Member(`${name}, ${procedure} ${room}`, ({ onState, ...handlers }) =>
      procedure === "feed"
        ? client.feed.subscribe({ room }, handlers)
        : client.board.subscribe({ room }, { ...handlers, onState }),
    );
    this.members.push(Object.assign(member, { room, procedure }));
  }

  #newClient(multiplex: boolean) {
    const client = createClient(contract, { url: this.#url, multiplex });
    this.#clients.push(client);
    return client;
  }
}
