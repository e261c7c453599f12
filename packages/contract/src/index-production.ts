// What bundlers take for `index.ts` when they build for production: contracts, which are the same whenever a program runs, aren't checked.

export { defineContract, mutation, query, subscription } from "./contract-production.js";
export * from "./index.js";
