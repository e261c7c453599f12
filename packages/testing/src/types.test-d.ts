import type { Client } from "@sluice/client";
import { SluiceError } from "@sluice/client";
import { createSluice, implement } from "@sluice/server";
import { expectTypeOf, it } from "vitest";
import { fakeServer, testClient } from "./index.js";
import { contract } from "./scores.test-kit.js";

const { watch, report, matches } = contract.scores;
const m1 = { matchId: "m1" };

it("a fake server's events, inputs, outputs and errors are the contract's", () => {
  const server = fakeServer(contract);
  expectTypeOf(server.client()).toEqualTypeOf<Client<typeof contract>>();

  void server.emit(watch, m1, { type: "goal", data: { team: "home", minute: 1 } });
  void server.emit(contract.news, [{ type: "flash", data: "a" }]);
  void server.emit(contract.news, { of: "sport" }, { type: "item", data: { at: new Date() } });
  // @ts-expect-error the input is needed
  void server.emit(watch, { type: "goal", data: { team: "home", minute: 1 } });
  // @ts-expect-error no such event
  void server.emit(watch, m1, { type: "gaol", data: {} });
  // @ts-expect-error no such team
  void server.emit(watch, m1, { type: "goal", data: { team: "nobody", minute: 1 } });
  // @ts-expect-error it isn't a subscription
  void server.emit(report, {}, { type: "goal", data: {} });

  server.answer(matches, [{ id: "m1", at: new Date() }]);
  server.answer(matches, () => []);
  server.answer(report);
  server.answer(report, ({ input, errors }) => {
    expectTypeOf(input).toEqualTypeOf<{ matchId: string; team: "home" | "away"; minute: number }>();
    throw errors.tooLate({ data: { latest: input.minute } });
  });
  // @ts-expect-error the output is needed
  server.answer(matches);
  // @ts-expect-error the output doesn't fit
  server.answer(matches, [{ id: 1 }]);
  // @ts-expect-error a subscription isn't answered
  server.answer(watch, []);

  server.refuse("unavailable");
  server.refuse(report, "over", { times: 2 });
  server.refuse(report, new SluiceError("tooLate", { data: { latest: 90 } }));
  server.refuse(report, new SluiceError("forbidden", { message: "not you" }));
  // @ts-expect-error it needs data
  server.refuse(report, "tooLate");
  // @ts-expect-error of another procedure
  server.refuse(watch, "over");
  // @ts-expect-error declared by a procedure
  server.refuse("over");

  void server.fail(watch, m1, "forbidden");
  void server.fail(watch, "closed");
  // @ts-expect-error clients try again after it
  void server.fail(watch, m1, "unavailable");
  server.drop(watch, m1);
  // @ts-expect-error the input doesn't fit
  server.drop(watch, { matchId: 1 });
});

it("the client of a real router needs a context where the router does", () => {
  const s = implement(contract).$context<{ user: string }>();
  const { watch, report, matches } = s.scores;
  const router = s.$router({
    scores: { watch: watch.live(), report: report.handler(() => {}), matches: matches.handler(() => []) },
    news: s.news.live(),
  });
  const sluice = createSluice(router);
  const { client } = testClient(contract, sluice, { context: { user: "ada" }, linger: 10 });
  expectTypeOf(client).toEqualTypeOf<Client<typeof contract>>();
  testClient(contract, sluice, { context: async () => ({ user: "ada" }) });
  // @ts-expect-error the context is needed
  testClient(contract, sluice);
  // @ts-expect-error the context doesn't fit
  testClient(contract, sluice, { context: { user: 1 } });
  // @ts-expect-error it has its own network
  testClient(contract, sluice, { context: { user: "ada" }, url: "/api" });
});
