import { createChannel, createSession } from "better-sse";
import type { Target } from "../measure/service.ts";

/** better-sse: a channel's broadcast; what was missed as one batch from `session.lastId` on. */
export const target: Target = {
  live() {
    const channel = createChannel();
    return {
      listener: async (req, res) => {
        channel.register(await createSession(req, res));
      },
      request: { path: "/ticks" },
      publish: (event) => channel.broadcast(event, "tick", { eventId: String(event.seq) }),
    };
  },

  replay(history) {
    const first = history[0]?.seq ?? 0;
    return {
      listener: async (req, res) => {
        const session = await createSession(req, res);
        await session.batch((buffer) => {
          for (const event of history.slice(Number(session.lastId) - first + 1)) {
            buffer.push(event, "tick", String(event.seq));
          }
        });
      },
      request: { path: "/ticks", headers: { "last-event-id": String(first) } },
    };
  },
};
