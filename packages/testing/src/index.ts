export type { Answer } from "./answers.js";
export type { EndingCode, ErrorFor } from "./errors.js";
export { fakeServer } from "./fake-server.js";
export type { FakeServer, FakeServerOptions } from "./fake-server-interface.js";
export type { Network } from "./network.js";
export type { NetworkRequest } from "./network-request.js";
export type { RefuseOptions } from "./refusals.js";
export { type TestClient, type TestClientOptions, testClient } from "./test-client.js";
