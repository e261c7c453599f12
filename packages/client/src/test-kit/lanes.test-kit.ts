import type { Frame, OpenFrame } from "@sluice/contract/wire";
import { expect } from "vitest";
import type { ClientOptions } from "../client-options.js";
import type { Connection } from "../transport/connection-state.js";
import type { ScriptedRequest } from "./scripted-server.test-kit.js";
import { at, live, setUp, until } from "./set-up.test-kit.js";

type Asked = { readonly path: string; readonly input?: { prompt?: string }; readonly cursor?: string };

/** A request for a multiplexed stream, which the test answers lane by lane. */
export interface LanesRequest extends Pick<ScriptedRequest, "answer" | "cut" | "destroy" | "raw" | "path" | "headers"> {
  readonly asked: readonly Asked[];
  /** The prompts that it asks for, in order: they name the subscriptions. */
  readonly names: readonly string[];
  readonly isGone: boolean;
  /** Sends headers and `retry:`. */
  begin(): LanesRequest;
  /** Opens lanes; all by default. Each is live at its cursor, or at 0. */
  open(names?: readonly string[], frame?: Partial<OpenFrame>): LanesRequest;
  /** Sends `$open` only. */
  openOnly(name: string, frame?: Partial<OpenFrame>): LanesRequest;
  /** Refuses a lane. */
  refuse(name: string, code: string, final?: boolean, frame?: Partial<OpenFrame>): LanesRequest;
  /** Sends frames in a lane. */
  in(name: string, ...frames: Frame[]): LanesRequest;
  /** Sends frames of the connection. */
  send(...frames: Frame[]): LanesRequest;
}

const served: OpenFrame = { kind: "open", stream: "live", heartbeat: 15_000, resumable: true, head: at(0) };
const refused: OpenFrame = { kind: "open", stream: "live", heartbeat: 15_000, resumable: true };

function lanesOf(request: ScriptedRequest): LanesRequest {
  const asked = (request.body as { subscriptions: readonly Asked[] } | undefined)?.subscriptions ?? [];
  const names = asked.map(({ input, path }) => input?.prompt ?? path);
  const laneOf = (name: string) => {
    const index = names.lastIndexOf(name);
    if (index < 0) throw new Error(`"${name}" is not asked for, but ${names.join(", ")}.`);
    return { index, lane: index + 100 };
  };
  let isBegun = false;
  const lanes: LanesRequest = {
    asked,
    names,
    path: request.path,
    headers: request.headers,
    answer: request.answer,
    cut: request.cut,
    destroy: request.destroy,
    raw: (...chunks) => request.raw(...chunks),
    get isGone() {
      return request.isGone;
    },
    begin() {
      if (!isBegun) request.begin();
      isBegun = true;
      return lanes;
    },
    open(which = names, frame = {}) {
      lanes.begin();
      for (const name of which) {
        const cursor = asked[laneOf(name).index]?.cursor ?? at(0);
        lanes.openOnly(name, frame).in(name, live(Number(cursor.split(".")[1])));
      }
      return lanes;
    },
    openOnly(name, frame = {}) {
      lanes.begin();
      return lanes.in(name, { ...served, subscriptions: [laneOf(name).index], ...frame });
    },
    refuse(name, code, final = false, frame = {}) {
      lanes.begin();
      lanes.in(name, { ...refused, subscriptions: [laneOf(name).index], ...frame });
      return lanes.in(name, { kind: "error", code, message: "No", final });
    },
    in(name, ...frames) {
      const { lane } = laneOf(name);
      request.send(...frames.map((frame) => ({ ...frame, lane }) as Frame));
      return lanes;
    },
    send(...frames) {
      request.send(...frames);
      return lanes;
    },
  };
  return lanes as LanesRequest & ScriptedRequest;
}

export interface Follower {
  readonly name: string;
  readonly told: string[];
  readonly statuses: string[];
  readonly connection: Connection;
  stop(): void;
}

/** A scripted server and a client that multiplexes, on a manual clock. */
export async function setUpLanes(options: Partial<ClientOptions> = {}) {
  const { server, clock, client } = await setUp({ multiplex: true, linger: 0, ...options });
  const { subscribe } = client.assistant;

  function follow(name: string): Follower {
    const told: string[] = [];
    const statuses: string[] = [];
    let last: Connection | undefined;
    const stop = subscribe(
      { prompt: name },
      {
        on: { token: (text) => told.push(text) },
        onConnection(connection) {
          last = connection;
          if (statuses.at(-1) !== connection.status) statuses.push(connection.status);
        },
        onReset: ({ reason }) => told.push(`reset: ${reason}`),
        onError: ({ code }) => told.push(`error: ${code}`),
        onEnd: () => told.push("end"),
      },
    );
    return {
      name,
      told,
      statuses,
      get connection() {
        return last as Connection;
      },
      stop,
    };
  }
  const next = async () => lanesOf(await server.next());
  const followAll = (...names: string[]) => names.map(follow);
  const areLive = (followers: readonly Follower[]) =>
    until(() => followers.every(({ connection }) => connection.status === "live"));
  const range = (count: number, prefix = "s") => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

  return {
    server,
    clock,
    client,
    follow,
    followAll,
    areLive,
    range,
    /** The next request, once the set is gathered. */
    async asked() {
      clock.advance(10);
      return next();
    },
    next,
    /** So many lanes are live on a base stream. */
    async based(count: number) {
      const followers = followAll(...range(count));
      clock.advance(10);
      const base = (await next()).open();
      await areLive(followers);
      clock.advance(2_000);
      return { base, followers };
    },
  };
}

export const token = (text: string, offset: number): Frame => ({
  kind: "event",
  type: "token",
  data: JSON.stringify(text),
  id: at(offset),
});

/** The milliseconds that all of them wait: it is the same time for all. */
export async function waitOf(followers: readonly Follower[], clock: { now(): number }): Promise<number> {
  await until(() => followers.every(({ connection }) => connection.retryAt !== undefined));
  const waits = followers.map(({ connection }) => (connection.retryAt as number) - clock.now());
  expect(new Set(waits).size).toBe(1);
  return waits[0] as number;
}
