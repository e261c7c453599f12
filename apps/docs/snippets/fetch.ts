import { createClient } from "@sluice/client";
import { createSluice, implement } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";
import { contract } from "./greetings.js";

const s = implement(contract);
const sluice = createSluice(s.$router({ greet: s.greet.handler(({ input: { name } }) => `Hello ${name}`) }));

// #region handler
/** For Hono, Bun, Deno, a Durable Object, and Next's route handlers: `export { handler as GET, handler as HEAD, handler as POST }`. */
export const handler = sluiceFetch(sluice, { base: "/api" });
// #endregion handler

// #region in-process
/** A client in the same process: no socket is between them, and all else is the same. */
export const client = createClient(contract, { url: "http://sluice/api", fetch: handler });
// #endregion in-process
