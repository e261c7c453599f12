import { createClient } from "@sluice/client/types-only";
import type { contract } from "./contract.js";

export const createSmallClient = (url: string) => createClient<typeof contract>({ url });
