import { expect, it, vi } from "vitest";
import type { Adapter } from "./adapters.js";
import { posts } from "./events.js";
import { type Kind, kinds, startKinds } from "./kinds.js";
import { startWorld, type World } from "./world.js";

export interface Seen {
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
}

/** Any implementation of `EventSource`. */
export interface Source {
  /** All named events that it dispatched. */
  readonly seen: readonly Seen[];
  /** Whether it will not reconnect. */
  closed(): Promise<boolean> | boolean;
}

export type OpenSource = (url: string, types: readonly string[]) => Promise<Source>;

/** Far longer than a browser takes on a busy machine. Firefox waits half a second before it reconnects. */
const patience = 20_000;
const eventually = (assertion: () => void) => vi.waitFor(assertion, { timeout: patience, interval: 5 });

const control = ["$open", "$snapshot", "$live", "$reset", "$at", "$error", "$end", "$drain"];

/** The `Last-Event-ID` of each request. */
function lastEventIds(world: World): (string | undefined)[] {
  const ids: (string | undefined)[] = [];
  // First, because Express rewrites the URL.
  world.server.prependListener("request", (req) => {
    if (req.url?.includes(world.base)) ids.push(req.headers["last-event-id"]?.toString());
  });
  return ids;
}

const urlOf = (world: World, { path, input }: Pick<Kind, "path" | "input">) =>
  `${world.url}/${path}${input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`}`;

const typesOf = ({ seen }: Source) => seen.map(({ type }) => type);

async function expectClosed(source: Source): Promise<void> {
  await expect.poll(() => source.closed(), { timeout: patience, interval: 5 }).toBe(true);
}

/** What PROTOCOL §13 says about a native `EventSource`. */
export function eventSourceCases(adapter: Adapter, openSource: OpenSource): void {
  it.each(kinds)("reads $path and continues exactly where it was cut (PROTOCOL §13)", async (kind) => {
    const world = await startKinds(adapter);
    const ids = lastEventIds(world);
    const source = await openSource(urlOf(world, kind), [...control, kind.type]);
    const numbers = () =>
      source.seen.filter(({ type }) => type === kind.type).map(({ data }) => kind.numberOf(JSON.parse(data) as never));
    await eventually(() => expect(typesOf(source)).toContain("$live"));
    for (const n of [1, 2]) {
      await kind.happen(world, n);
      await eventually(() => expect(numbers().at(-1)).toBe(n));
    }
    const { lastEventId } = source.seen.at(-1) ?? {};
    world.server.closeAllConnections();
    await kind.happen(world, 3);
    await eventually(() => expect(numbers().at(-1)).toBe(3));
    await kind.happen(world, 4);
    await eventually(() => expect(numbers().at(-1)).toBe(4));
    expect(numbers()).toEqual([1, 2, 3, 4]);
    expect(ids).toEqual([undefined, lastEventId]);
    const second = typesOf(source).slice(typesOf(source).lastIndexOf("$open"));
    expect(second.filter((type) => type !== "$live")).toEqual(["$open", kind.type, kind.type]);
  });

  it.each(["bot/once", "bot/again"])("is stopped on %s by $end and the 204 after it (PROTOCOL §6.3)", async (path) => {
    const world = await startWorld(adapter, {
      retry: 20,
      async *tokens() {
        yield { type: "token", data: "a" };
      },
    });
    const ids = lastEventIds(world);
    const source = await openSource(urlOf(world, { path }), [...control, "token"]);
    await expectClosed(source);
    expect(ids).toEqual([undefined, "$end"]);
    expect(typesOf(source)).toEqual(["$open", "$live", "token", "$end"]);
  });

  it("is stopped by interrupted, and the generator runs once (PROTOCOL §6.3, §9.1)", async () => {
    let runs = 0;
    const world = await startWorld(adapter, {
      retry: 20,
      async *tokens({ signal }) {
        runs++;
        yield { type: "token", data: "a", id: "an.1.id" };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    });
    const ids = lastEventIds(world);
    const source = await openSource(urlOf(world, { path: "bot/once" }), [...control, "token"]);
    await eventually(() => expect(typesOf(source)).toContain("token"));
    world.server.closeAllConnections();
    await expectClosed(source);
    expect(ids).toEqual([undefined, "$once", "$end"]);
    expect(typesOf(source)).toEqual(["$open", "$live", "token", "$error"]);
    expect(JSON.parse(source.seen.at(-1)?.data ?? "")).toMatchObject({ code: "interrupted", final: true });
    expect(runs).toBe(1);
  });

  it("is stopped by the final error gap (PROTOCOL §7.3)", async () => {
    const world = await startWorld(adapter, { retry: 20 });
    const source = await openSource(`${urlOf(world, { path: "feed/head" })}?lastEventId=other.1.m`, control);
    await expectClosed(source);
    expect(typesOf(source)).toEqual(["$open", "$reset", "$error"]);
  });

  it("reconnects by itself after $drain, after the delay that it gives (PROTOCOL §5.10)", async () => {
    const world = await startWorld(adapter, { retry: 20 });
    const source = await openSource(urlOf(world, { path: "feed/head" }), [...control, "post"]);
    await eventually(() => expect(typesOf(source)).toContain("$live"));
    await world.topic(world.contract.feed.head).publish(posts(1));
    void world.sluice.drain({ timeout: 1_000 });
    await eventually(() => expect(typesOf(source)).toContain("$drain"));
    // The next server has the same address.
    world.parts.admission.isClosed = false;
    world.clock.advance(1_000);
    await world.topic(world.contract.feed.head).publish(posts(2));
    await eventually(() => expect(typesOf(source).filter((type) => type === "post")).toHaveLength(2));
  });
}
