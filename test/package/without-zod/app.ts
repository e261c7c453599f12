// Serves and calls a contract of valibot's schemas, where zod isn't installed.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SluiceError, type StateOf } from "@sluice/contract";
import { createSluice, implement } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { connect } from "./browser.js";
import { contract } from "./contract.js";

const s = implement(contract);
const watch = s.watch.live();
const report = s.report.handler(({ input }) => `minute ${input.minute}`);
const sluice = createSluice(s.$router({ watch, report }));
const server = createServer(sluiceNode(sluice)).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);

const state = await new Promise<StateOf<typeof contract.watch>>((onState, onError) => {
  const stop = client.watch.subscribe(
    { matchId: "m1" },
    {
      onState(count) {
        stop();
        onState(count);
      },
      onError,
    },
  );
});
const refused: unknown = await client.report({ minute: 1.5 }).catch((error: unknown) => error);
if (!SluiceError.is(refused, "badRequest")) throw refused;
console.log(state, await client.report({ minute: 12 }), JSON.stringify(refused.issues));

// These would compile if types were lost.
// @ts-expect-error: a field of another type
client.report({ minute: "12" }).catch(() => {});
// @ts-expect-error: a state of another type
void (state satisfies string);

server.closeAllConnections();
server.close();
