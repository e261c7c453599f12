import { defineContract, mutation } from "@sluice/contract";
import * as v from "valibot";

// #region valibot
export const contract = defineContract({
  greet: mutation({ input: v.object({ name: v.string() }), output: v.string() }),
});
// #endregion valibot
