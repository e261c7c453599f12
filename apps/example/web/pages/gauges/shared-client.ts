import { createClient } from "@sluice/client";
import { sharedTabs } from "@sluice/client/tabs";
import { contract } from "../../../shared/contract.ts";
import { tap } from "../../client.ts";

/** Shares its stream with this page in other windows. With users, the key would be the user's id. */
export const client = createClient(contract, {
  url: "/api",
  fetch: tap.fetch,
  tabs: sharedTabs({ key: null }),
  retry: { max: 4_000 },
});
