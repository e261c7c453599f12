// What bundlers take for `types-only.ts` when they build for production: without `checkOptions`. Its types are those of `types-only.ts`.
import type { ClientOptions } from "./client-options.js";
import { createWireClient } from "./procedure/wire-client.js";
import { settingsOf } from "./settings.js";

export { SluiceError } from "@sluice/contract";

export const createClient = (options: ClientOptions) => createWireClient(settingsOf(options));
