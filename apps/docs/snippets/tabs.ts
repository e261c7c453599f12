import { createClient } from "@sluice/client";
import { sharedTabs } from "@sluice/client/tabs";
import { contract } from "./contract.js";

export const createSharedClient = (url: string, userId: string) =>
  createClient(contract, { url, tabs: sharedTabs({ key: userId }) });
