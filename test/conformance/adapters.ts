import type { IncomingMessage, RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { SluiceError } from "@sluice/contract";
import type { Sluice } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import { sluiceFetch } from "@sluice/server/fetch";
import { sluiceNode } from "@sluice/server/node";
import express from "express";
import express4 from "express-4";
import { describe } from "vitest";

/** The context that every adapter makes of a request: a header names the user. */
export interface Context {
  readonly user: string | null;
}

export interface Adapter {
  readonly name: string;
  /** The base path of the contract. */
  readonly base: string;
  /** Whether unknown paths are passed on to an application. */
  readonly inApplication: boolean;
  /** Whether a body parser before it has read the bodies. */
  readonly parsesBodies: boolean;
  /** Whether the router turns `{base}//path` into `{base}/path` before Sluice sees it. */
  readonly joinsSlashes: boolean;
  /** Whether Sluice has the connection itself, and not a runtime that takes the body of a `Response`. */
  readonly ownsSocket: boolean;
  listener(sluice: Sluice<Context>): RequestListener;
}

/** The application's response to requests that Sluice passes on. */
export const handedOn = "handed on";

const contextOf = (user: unknown): Context => {
  if (user === "banned") throw new SluiceError("forbidden");
  return { user: typeof user === "string" ? user : null };
};

const context = (req: IncomingMessage): Context => contextOf(req.headers["x-user"]);

const identify = (req: IncomingMessage): string | undefined => {
  const client = req.headers["x-client"];
  return typeof client === "string" ? client : undefined;
};

/** How clients in this process and `Request`s reach the Sluices of these tests. */
const serveFetch = (sluice: Sluice<Context>) =>
  sluiceFetch(sluice, {
    base: "/api",
    context: ({ headers }) => contextOf(headers.get("x-user")),
    identify: ({ headers }) => headers.get("x-client") ?? undefined,
  });

function application(make: typeof express, mount: (app: express.Express) => void): express.Express {
  const app = make();
  mount(app);
  app.use((_req, res) => void res.status(404).send(handedOn));
  return app;
}

const express5And4: [name: string, make: typeof express][] = [
  ["express", express],
  ["express 4", express4],
];

export const adapters: readonly Adapter[] = [
  ...express5And4.map(
    ([name, make]): Adapter => ({
      name,
      base: "/api",
      inApplication: true,
      parsesBodies: false,
      joinsSlashes: make === express4,
      ownsSocket: true,
      listener: (sluice) => application(make, (app) => app.use("/api", sluiceExpress(sluice, { context, identify }))),
    }),
  ),
  ...express5And4.map(
    ([name, make]): Adapter => ({
      name: `${name} behind express.json()`,
      base: "/api",
      inApplication: true,
      parsesBodies: true,
      joinsSlashes: make === express4,
      ownsSocket: true,
      listener: (sluice) =>
        application(make, (app) => app.use(make.json()).use("/api", sluiceExpress(sluice, { context, identify }))),
    }),
  ),
  {
    name: "express deep in routers",
    base: "/v1/things/live",
    inApplication: true,
    parsesBodies: false,
    joinsSlashes: false,
    ownsSocket: true,
    listener: (sluice) =>
      application(express, (app) => {
        const inner = express.Router().use("/live", sluiceExpress(sluice, { context, identify }));
        app.use("/v1", express.Router().use("/:kind", inner));
      }),
  },
  {
    name: "node",
    base: "/api",
    inApplication: false,
    parsesBodies: false,
    joinsSlashes: false,
    ownsSocket: true,
    listener: (sluice) => sluiceNode(sluice, { base: "/api", context, identify }),
  },
  {
    name: "fetch",
    base: "/api",
    inApplication: false,
    parsesBodies: false,
    joinsSlashes: false,
    ownsSocket: false,
    listener: (sluice) => getRequestListener(serveFetch(sluice)),
  },
];

const describeOver = (some: readonly Adapter[]) => (title: string, cases: (adapter: Adapter) => void) => {
  for (const adapter of some) describe(`${title}, over ${adapter.name}`, () => cases(adapter));
};

/** The same cases over every adapter. */
export const describeAdapters = describeOver(adapters);

/** One of each kind: they differ in how a request reaches Sluice. After that, the code is the same. */
export const distinctAdapters = adapters.filter(({ name }) => ["express", "express 4", "node", "fetch"].includes(name));

/** The same cases over one adapter of each kind, for tests of the stream alone. */
export const describeStreams = describeOver(distinctAdapters);

/** One adapter of each kind that has the connection itself, for tests of what happens there. */
export const socketAdapters = distinctAdapters.filter(({ ownsSocket }) => ownsSocket);

export const describeSockets = describeOver(socketAdapters);
