import { setTimeout as sleep } from "node:timers/promises";
import type { GetTopic } from "@sluice/server";
import { contract } from "../shared/contract.ts";
import { attempt } from "./attempt.ts";
import type { Turn } from "./on-one-server.ts";

/** Milliseconds between two looks. */
const lookEvery = 10_000;
/** A window says every 15 seconds that it is there; a hidden one, whose timers are slow, every minute. */
const maxSilence = 90_000;

/** Removes people of whom nothing was heard: the server that would have said that they left has died. */
export async function removeSilent(topic: GetTopic, turn: Turn): Promise<void> {
  const presence = topic(contract.document.presence, { clientId: 0 });
  for (; !turn.aborted; await sleep(lookEvery, undefined, { ref: false })) {
    await attempt(async () => {
      const { people, visits } = (await presence.state()).state;
      const ids = new Set([...Object.keys(people), ...Object.keys(visits)]);
      const silent = [...ids].filter((id) => Date.now() - (visits[id]?.at ?? 0) > maxSilence);
      const left = silent.map((id) => ({
        type: "left" as const,
        data: { clientId: Number(id), visit: visits[id]?.visit ?? "" },
      }));
      if (left.length > 0) await presence.publish(left);
    });
  }
}
