import { implement } from "@sluice/server";
import { contract } from "../shared/contract.ts";

export const s = implement(contract);
