import { createClient } from "@sluice/client";
import { contract } from "./contract.js";

export const connect = (url: string) => createClient(contract, { url });
