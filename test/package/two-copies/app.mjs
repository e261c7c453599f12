// Creates a Sluice with its own copies of the packages.
import { createSluice, implement } from "@sluice/server";
import { contract } from "./contract.mjs";

const s = implement(contract).$context();
export const reports = [];
export const sluice = createSluice(
  s.$router({
    watch: s.watch.live(),
    tokens: s.tokens.stream(async function* () {
      yield { type: "token", data: "a" };
    }),
    report: s.report.handler(async ({ input, topic }) => {
      await topic(contract.watch).publish({ type: "goal", data: input });
    }),
    whoAmI: s.whoAmI.handler(({ context, errors }) => {
      if (!context.user) throw errors.unauthorized();
      return context.user;
    }),
    fail: s.fail.handler(({ errors }) => {
      throw errors.late({ data: 5 });
    }),
  }),
  { limits: { inputBytes: 1_000 }, onError: (report) => reports.push(report) },
);
