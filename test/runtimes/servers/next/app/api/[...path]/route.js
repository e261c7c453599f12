import { sluiceFetch } from "@sluice/server/fetch";
import { createApp, maxDuration as milliseconds } from "../../../../sluice.mjs";

const handler = sluiceFetch(createApp(), { base: "/api", maxDuration: milliseconds });

export { handler as GET, handler as HEAD, handler as POST };
