import { createClient } from "@sluice/client";
import type { ContractTree } from "@sluice/contract";
import type { Sluice } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";

/** A client in the server's process: no socket is between them. */
export const clientInProcess = <const Tree extends ContractTree, Context extends object>(
  contract: Tree,
  sluice: Sluice<Context>,
  context: Context,
) => createClient(contract, { url: "http://sluice", fetch: sluiceFetch(sluice, { context: () => context }) });
