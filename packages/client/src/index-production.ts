// What bundlers take for `index.ts` when they build for production: without `checkOptions`.
import type { createClient as checkingCreateClient } from "./client.js";
import { createContractClient } from "./procedure/contract-client.js";
import { settingsOf } from "./settings.js";

export { SluiceError } from "@sluice/contract";

export const createClient: typeof checkingCreateClient = (contract, options) =>
  createContractClient(contract, settingsOf(options));
