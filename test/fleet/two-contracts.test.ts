import { type Client, createClient } from "@sluice/client";
import { createPublisher } from "@sluice/server";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { describeWith } from "../support/describe-with.ts";
import { boards, type Contract, contracts, type Edition } from "./editions.ts";
import { Fleet } from "./fleet.ts";
import { Member } from "./member.ts";
import { openLog, type Store } from "./open-log.ts";
import { expectEachInOrder } from "./order.ts";
import { Publisher } from "./publisher.ts";
import { stores } from "./stores.ts";
import { until } from "./until.ts";

const isLong = process.env["SLUICE_LONG_FAULTS"] === "1";
const { servers, times, between, retry } = isLong
  ? { servers: [0, 1, 2], times: 10, between: 100, retry: { max: 5_000 } }
  : { servers: [0, 1], times: 1, between: 10, retry: { max: 1_000 } };
/** Enough for a saved snapshot. */
const before = 300;

vi.setConfig({ testTimeout: isLong ? 1_800_000 : 180_000 });

type Members = Readonly<Record<(typeof boards)[number] | "plain", Member>>;

/** A client's subscriptions. */
function join(url: string, edition: Edition, multiplex: boolean): Members {
  const client: Client<Contract> = createClient(contracts[edition], {
    url,
    multiplex,
    retry,
    onSkippedEvent: () => {},
  });
  onTestFinished(() => client.$close());
  const name = `${edition} client${multiplex ? ", multiplexed" : ""}`;
  const board = (of: (typeof boards)[number]) =>
    new Member(`${name}, ${of}`, (handlers) => client[of].subscribe(handlers as never));
  return {
    added: board("added"),
    renamed: board("renamed"),
    widened: board("widened"),
    plain: new Member(`${name}, plain`, ({ onState, ...handlers }) => client.plain.subscribe(handlers)),
  };
}

async function publishBefore(store: Store): Promise<void> {
  const publisher = createPublisher(contracts.old, { log: openLog(store) });
  const events = Array.from({ length: before }, (_, n) => ({ type: "goal", data: { by: 9, n: n + 1 } }) as const);
  for (const name of boards) await publisher.topic(contracts.old[name]).publish(events);
  await publisher.close();
}

const each = (members: readonly Members[]): Member[] => members.flatMap((of) => Object.values(of));
const sumOf = (state: object | undefined) => Object.values(state ?? {}).reduce((sum, n) => sum + n, 0);
const lines = (members: readonly Member[]) =>
  members.map(({ name, status, state, over }) => `${name}: ${status} ${JSON.stringify(state)} ${over}`).join("\n");
const untilAll = (members: readonly Member[], is: (member: Member) => boolean, what: string) =>
  until(
    () => members.every(is),
    () => `these are not ${what}:\n${lines(members.filter((member) => !is(member)))}`,
  );
const isLive = ({ status }: Member) => status === "live";

describe.each(stores)("servers on $name", ({ missing, start }) => {
  describeWith(missing, "that are replaced by such with another contract, and back, and again (PROTOCOL §12)", () => {
    it("end no topic, and no subscription for good", async () => {
      const { store, stop } = await start();
      onTestFinished(stop);
      await publishBefore(store);
      const options = (edition: Edition) => ({ store, retry: 200, edition });
      const fleet = await Fleet.start(servers.map(() => options("old")));
      onTestFinished(() => fleet.stop());
      const olds = [join(fleet.url, "old", true), join(fleet.url, "old", false)];
      const news = [join(fleet.url, "new", true), join(fleet.url, "new", false)];
      const plains = [...olds, ...news].map(({ plain }) => plain);
      await untilAll([...each(olds), ...plains, ...news.map(({ added }) => added)], isLive, "live");

      const publishers = [0, 1, 2].map((by) => {
        const client: Client<Contract> = createClient(contracts.old, { url: fleet.url });
        onTestFinished(() => client.$close());
        return new Publisher((n) => client.post({ by, n }), 100);
      });
      const acknowledged = () => publishers.reduce((sum, publisher) => sum + publisher.acknowledged, 0);
      const more = async () => {
        const enough = acknowledged() + between;
        await until(
          () => acknowledged() >= enough,
          () => "posts are not acknowledged",
        );
      };
      const roll = async (edition: Edition, meanwhile: (number: number) => Promise<void>) => {
        for (const number of servers) {
          await meanwhile(number);
          await fleet.restart(number, number === 1 ? "SIGKILL" : "SIGTERM", options(edition));
        }
      };
      await more();
      // A topic without a new version is served by an old server until that comes to an event which it doesn't know.
      const refusedOf = (members: readonly Members[]) => members.flatMap(({ renamed, widened }) => [renamed, widened]);
      const boardsOf = (members: readonly Members[]) => members.flatMap((of) => boards.map((name) => of[name]));
      for (let time = 0; time < times; time += 1) {
        // What new servers published keeps old ones from it: from then on nothing is acknowledged before there is a new one.
        await roll("new", async (number) => (time > 0 && number === servers[0] ? undefined : more()));
        await more();
        await untilAll(each(news), isLive, "live with new servers");
        // Forth it goes without the resets that a renamed event may cost; back, nothing can be published.
        await roll("old", async () => {});
        await untilAll(refusedOf(news), ({ status }) => status !== "live", "refused by old servers");
        const late = join(fleet.url, "old", true);
        await untilAll(refusedOf([late]), ({ failures }) => failures.has("unavailable"), "refused by old servers");
        await untilAll([...plains, late.plain], isLive, "live with old servers");
        expect([...boardsOf(news), ...each([late])].flatMap(({ over }) => over)).toEqual([]);
        for (const { leave } of each([late])) leave();
      }
      await roll("new", async () => {});
      await more();
      await Promise.all(publishers.map((publisher) => publisher.stop()));

      const latest = join(fleet.url, "new", true);
      const sum = before + acknowledged();
      const counted = [...news, latest].flatMap(({ added, widened }) => [added, widened]);
      await untilAll(counted, ({ state }) => sumOf(state) === sum, `at ${sum}`);
      await untilAll(
        news.map(({ plain }) => plain),
        ({ numbers }) => numbers.length >= acknowledged(),
        `at ${acknowledged()}`,
      );
      await untilAll([...plains, ...each([...news, latest])], isLive, "live in the end");
      for (const { numbers } of news.map(({ plain }) => plain)) expectEachInOrder(numbers, publishers);
      // Who folds from where may differ; the state may not.
      const states = Object.fromEntries(boards.map((name) => [name, latest[name].state]));
      for (const members of news) {
        for (const name of boards)
          expect([members[name].name, members[name].state]).toEqual([members[name].name, states[name]]);
      }
      for (const port of fleet.balancer.ports) {
        const client: Client<Contract> = createClient(contracts.new, { url: `http://127.0.0.1:${port}` });
        expect(await client.states()).toEqual(states);
        client.$close();
      }
      expect(each(news).flatMap(({ over }) => over)).toEqual([]);
      expect(
        news.flatMap(({ added, widened, plain }) => [added, widened, plain].flatMap(({ resets }) => resets)),
      ).toEqual([]);
      // With state, an old client that got a new event knows that it can't go on: its page must be loaded anew.
      expect(new Set(olds.flatMap((members) => boards.flatMap((name) => members[name].over)))).toEqual(
        new Set(["contractMismatch"]),
      );
      expect(olds.flatMap(({ plain }) => [...plain.over, ...plain.resets])).toEqual([]);
      expect(publishers.flatMap(({ problems }) => problems)).toEqual([]);
      expect(fleet.problems).toEqual([]);
    });
  });
});
