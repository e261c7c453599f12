import { createClient } from "redis";
import { data, publisher } from "../measure/log-service.ts";
import type { Target } from "../measure/service.ts";

/** One XADD for each event. The client writes those of one turn of the event loop at once. */
export const target: Target = {
  async log({ store, topics }) {
    // By default, the client makes a timer for each command, which costs more than all else.
    const client = await createClient({ url: store.redis, commandOptions: { timeout: 0 } }).connect();
    const keys = Array.from({ length: topics }, (_, index) => `scores/${index}`);
    return publisher(({ seq }) => client.sendCommand(["XADD", keys[seq % topics] as string, "*", "tick", data]));
  },
};
