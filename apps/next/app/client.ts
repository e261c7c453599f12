import { createClient } from "@sluice/client";
import { contract } from "./contract";

export const client = createClient(contract, { id: "app", url: "/api" });
