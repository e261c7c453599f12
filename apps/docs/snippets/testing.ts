import { testClient } from "@sluice/testing";
import { contract } from "./contract.js";
import { createScores } from "./server.js";

/** Your own router in this process, with the context that an adapter would make, and a network that the test holds. */
export const openScores = () =>
  testClient(contract, createScores(), { context: { user: { id: "ann", isReferee: true } } });
