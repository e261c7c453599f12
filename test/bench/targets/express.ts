import express from "express";
import { accept, Receipt, Report, report } from "../measure/report-call.ts";
import { eventStream, posted, type Target } from "../measure/service.ts";

/** A stream that a handler of Express leaves open; a call that its own parser reads. */
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

  call: () => ({
    listener: express().post("/report", express.json(), (req, res) => {
      res.json(Receipt.parse(accept(Report.parse(req.body))));
    }),
    request: posted("/report", report),
  }),
};
