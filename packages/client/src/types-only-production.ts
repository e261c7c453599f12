// What bundlers take for `types-only.ts` when they build for production: without `checkOptions`.
import type { ClientOptions } from "./client-options.js";
import { createWireClient } from "./procedure/wire-client.js";
import { settingsOf } from "./settings.js";
import type { createClient as checkingCreateClient } from "./types-only.js";

export { SluiceError } from "@sluice/contract";

export const createClient: typeof checkingCreateClient = (options) =>
  createWireClient(settingsOf(options as ClientOptions)) as never;
