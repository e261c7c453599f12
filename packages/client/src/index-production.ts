// What bundlers take for `index.ts` when they build for production: without `checkOptions`. Its types are those of `index.ts`.
import type { ContractTree } from "@sluice/contract";
import type { ClientOptions } from "./client-options.js";
import { createContractClient } from "./procedure/contract-client.js";
import { settingsOf } from "./settings.js";

export { SluiceError } from "@sluice/contract";

export const createClient = (contract: ContractTree, options: ClientOptions) =>
  createContractClient(contract, settingsOf(options));
