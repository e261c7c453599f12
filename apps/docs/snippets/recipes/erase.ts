import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement, type Log } from "@sluice/server";
import * as z from "zod";

// #region contract
const Text = z.object({ author: z.string(), text: z.string() });

export const contract = defineContract({
  /** All of one person: the topic is what there is to erase. */
  inbox: subscription({
    input: z.object({ user: z.string() }),
    events: { received: Text },
    state: { schema: z.array(Text), initial: [], apply: { received: (all, text) => [...all, text].slice(-100) } },
  }),
  /** Of many: the person is in some of its events. */
  room: subscription({
    input: z.object({ room: z.string() }),
    events: { said: Text, erased: z.object({ author: z.string() }) },
    state: {
      schema: z.array(Text),
      initial: [],
      apply: {
        said: (all, text) => [...all, text].slice(-100),
        erased: (all, { author }) => all.filter((text) => text.author !== author),
      },
    },
  }),
});
// #endregion contract

export function createInboxes(log: Log) {
  const { inbox, room, $router } = implement(contract);
  return createSluice($router({ inbox: inbox.live(), room: room.live() }), { log });
}

type Inboxes = ReturnType<typeof createInboxes>;

// #region own
/** First forget the account where logins are checked. */
export async function eraseInbox(sluice: Inboxes, user: string): Promise<void> {
  await sluice.disconnect({ tag: `user:${user}` }); // what the person has open ends
  await sluice.topic(contract.inbox, { user }).delete(); // events, state and keys are gone from the log
}
// #endregion own

// #region shared
export async function eraseFromRoom(sluice: Inboxes, room: string, author: string): Promise<void> {
  const topic = sluice.topic(contract.room, { room });
  await topic.publish({ type: "erased", data: { author } }); // pages that are open forget at once
  const { state } = await topic.state();
  await topic.delete(); // the log forgets
  if (state.length > 0) await topic.publish(state.map((data) => ({ type: "said", data }) as const));
}
// #endregion shared
