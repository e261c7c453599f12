import { createClient } from "@sluice/client";
import { sluiceKey, sluiceSubscription } from "@sluice/client/query";
import { sharedTabs } from "@sluice/client/tabs";
import { createClient as createWireClient } from "@sluice/client/types-only";
import type { EventOf, InputOf, StateOf } from "@sluice/contract";
import { createFrameDecoder } from "@sluice/contract/wire";
import { createPublisher, memoryLog } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { type FakeServer, fakeServer } from "@sluice/testing";
import { QueryClient } from "@tanstack/react-query";
import { contract } from "../../../apps/example/quick-start/contract.js";

type Watch = typeof contract.scores.watch;
export const input: InputOf<Watch> = { matchId: "m1" };
export const state: StateOf<Watch> = { home: 1, away: 0 };
export const typed = createClient(contract, { url: "/api" });
export const wire = createWireClient<typeof contract>({ url: "/api", tabs: sharedTabs({ key: "user" }) });
export const { topic } = createPublisher(contract, { log: memoryLog() });
const queryClient = new QueryClient();
export const { queryKey } = sluiceSubscription(typed.scores.watch, input);
export const score: StateOf<Watch> | undefined = queryClient.getQueryData(queryKey);
void queryClient.invalidateQueries({ queryKey: sluiceKey(typed.scores) });
export const fake: FakeServer<typeof contract> = fakeServer(contract);
void fake.emit(contract.scores.watch, input, { type: "goal", data: { team: "home", minute: 1 } });
export const unused = [createFrameDecoder, sluiceNode];

export async function minutes(): Promise<number> {
  for await (const event of typed.scores.watch.iterate(input)) {
    const known: EventOf<Watch> = event;
    if (known.type === "goal") return event.data.minute;
  }
  for await (const { data } of wire.scores.watch.iterate(input)) return data.minute;
  return 0;
}

// These would compile if types were lost.
// @ts-expect-error: there is no such input
typed.scores.watch.iterate({ match: "m1" });
// @ts-expect-error: the state has no such field
queryClient.getQueryData(queryKey)?.guests;
// @ts-expect-error: there is no such event
void topic(contract.scores.watch, input).publish({ type: "foul", data: {} });
// @ts-expect-error: there is no such event
void fake.emit(contract.scores.watch, input, { type: "foul", data: {} });
// @ts-expect-error: there is no such procedure
wire.scores.unknown;
