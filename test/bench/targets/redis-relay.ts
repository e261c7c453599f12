import type { ServerResponse } from "node:http";
import { createClient } from "redis";
import { eventStream, type Target } from "../measure/service.ts";
import { frameWithId } from "./baseline.ts";

const channel = "ticks";

/** Pub/sub between servers, written by hand: what is published while a client is away is lost. */
export const target: Target = {
  async live(store) {
    if (!store) throw new Error("There is no store.");
    const publisher = await createClient({ url: store.redis }).connect();
    const subscriber = await createClient({ url: store.redis }).connect();
    const responses = new Set<ServerResponse>();
    await subscriber.subscribe(channel, (frame) => {
      for (const res of responses) res.write(frame);
    });
    return {
      listener: (_req, res) => {
        res.writeHead(200, eventStream);
        res.flushHeaders();
        responses.add(res);
        res.on("close", () => responses.delete(res));
      },
      request: { path: "/ticks" },
      publish: (event) => publisher.publish(channel, frameWithId(event)),
    };
  },
};
