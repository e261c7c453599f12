import express from "express";
import { eventStream, type Target } from "../measure/service.ts";

/** A stream that a handler of Express leaves open. */
export const target: Target = {
  live: () => ({
    listener: express().get("/ticks", (_req, res) => {
      res.writeHead(200, eventStream);
      res.flushHeaders();
    }),
    request: { path: "/ticks" },
    publish() {
      throw new Error("Express alone publishes nothing.");
    },
  }),
};
