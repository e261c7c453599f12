import type { Client } from "@sluice/client";
import type { AnyProcedure, AnySubscription, ContractTree } from "@sluice/contract";
import { checkNames, type NamesOf } from "@sluice/contract/internal";
import { createSluice, type RaisableCode } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";
import { createAnswers } from "./answers.js";
import { assertEnvironment } from "./environment.js";
import { endingError, errorOf, failedEntry } from "./errors.js";
import { fakeRouter } from "./fake-router.js";
import type { FakeServer, FakeServerOptions } from "./fake-server-interface.js";
import { createNetwork, nobody } from "./network.js";
import { ownProcedure, proceduresByPath } from "./own-procedure.js";
import { createRefusals, type RefuseOptions } from "./refusals.js";
import { clientOf } from "./test-client.js";
import { topicOfInput } from "./topic.js";
import { createTopicsLog } from "./topics-log.js";

const optionNames: NamesOf<FakeServerOptions> = { base: true, onError: true };

/**
 * Creates a server for tests of clients and components. It is the real server, on a real log in memory: events are validated, state is
 * folded, and whoever was away resumes. All subscriptions of the contract are live, and queries and mutations have the answers
 * that the test gives them.
 *
 * @throws TypeError for an unknown option, and where the environment lacks what the server needs.
 * @example
 * const server = fakeServer(contract);
 * render(<App client={server.client()} />);
 * await server.emit(contract.scores.watch, { matchId: "m1" }, { type: "goal", data: { team: "home", minute: 12 } });
 * server.offline();
 */
export function fakeServer<const Tree extends ContractTree>(
  contract: Tree,
  options: FakeServerOptions = {},
): FakeServer<Tree> {
  assertEnvironment("fakeServer()");
  checkNames("fakeServer", options, optionNames);
  const { base = "", onError } = options;
  const procedures = proceduresByPath(contract, "fakeServer()");
  const { log, topics } = createTopicsLog();
  const answers = createAnswers();
  const refusals = createRefusals<string>();
  const router = fakeRouter(contract, { refusalOf: refusals.take, handlerOf: answers.handlerOf });
  const sluice = createSluice(router, { log, ...(onError && { onError }) });
  const network = createNetwork(procedures, sluiceFetch(sluice, { base, identify: () => undefined }), base);
  const clients = new Set<Client<Tree>>();
  const ended = new Set<string>();
  let isClosed = false;

  const own = <K extends AnyProcedure["kind"]>(given: unknown, caller: string, ...kinds: readonly K[]) =>
    ownProcedure(procedures, given, { caller, kinds });

  /** The topics with open subscriptions that a test means. */
  function openTopics(procedure: AnySubscription, input: unknown, caller: string): readonly string[] {
    const open = network.openTopics(procedure.path);
    if (input === undefined && open.size > 0) return [...open];
    const topic = input === undefined ? procedure.path : topicOfInput(procedure, input, caller);
    if (!open.has(topic)) throw new Error(nobody(caller, topic));
    return [topic];
  }

  const append = (names: readonly string[], entry: { readonly type: string; readonly data: string }) =>
    Promise.all(names.map((name) => log.append(name, [entry])));

  async function close(): Promise<void> {
    isClosed = true;
    for (const client of clients) client.$close();
    network.close();
    await sluice.close({ timeout: 0 });
  }

  return {
    ...network,
    client(clientOptions = {}) {
      if (isClosed) throw new Error("client(): this fake server is closed; make one for each test.");
      const client = clientOf(contract, network, clientOptions, base);
      clients.add(client);
      return client;
    },
    async emit(given, ...rest) {
      const procedure = own(given, "emit()", "subscription");
      const [input, events] = rest.length > 1 ? rest : [undefined, rest[0]];
      const topic = topicOfInput(procedure, input, rest.length > 1 ? "emit()" : "emit() of events alone");
      if (ended.has(topic)) throw new Error(`emit(): ${topic} has ended; reset() it to begin anew.`);
      await sluice.topic(procedure, input as never).publish(events as never);
    },
    answer(given, ...[answer]) {
      answers.set(own(given, "answer()", "query", "mutation"), answer);
    },
    refuse(...[given, ...rest]: [unknown, ...unknown[]]) {
      if (typeof given !== "object" || given instanceof Error) {
        network.refuse(given as RaisableCode, rest[0] as RefuseOptions);
        return;
      }
      const procedure = own(given, "refuse()", "subscription", "query", "mutation");
      refusals.add(procedure.path, errorOf(procedure, rest[0] as string, "refuse()"), rest[1] as RefuseOptions);
    },
    async fail(given, ...rest) {
      const procedure = own(given, "fail()", "subscription");
      const [input, reason] = rest.length > 1 ? rest : [undefined, rest[0]];
      const error = endingError(procedure, reason as string, "fail()");
      const found = openTopics(procedure, input, "fail()");
      // An entry's error is final.
      if (error.code !== "unauthorized") await append(found, failedEntry(procedure, error));
      else if (input === undefined) await sluice.disconnect({ path: procedure.path, reason: "unauthorized" });
      else await sluice.topic(procedure, input as never).disconnect({ reason: "unauthorized" });
    },
    async end(given, input) {
      const procedure = own(given, "end()", "subscription");
      const found = openTopics(procedure, input, "end()");
      for (const topic of found) ended.add(topic);
      await append(found, { type: "$end", data: "{}" });
    },
    async reset(given, input) {
      const procedure = given && own(given, "reset()", "subscription");
      const found =
        procedure && input !== undefined ? [topicOfInput(procedure, input, "reset()")] : topics(procedure?.path);
      for (const topic of found) ended.delete(topic);
      await Promise.all(found.map((topic) => log.free(topic)));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
