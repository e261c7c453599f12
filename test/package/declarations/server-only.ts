// For a project that knows Node and no DOM.
export { createClient } from "@sluice/client";
export { defineContract } from "@sluice/contract";
export { createFrameDecoder } from "@sluice/contract/wire";
export { createSluice } from "@sluice/server";
export { sluiceNode } from "@sluice/server/node";
