// For a project that knows the DOM and no Node.
export { createClient } from "@sluice/client";
export { useSubscription } from "@sluice/client/react";
export { defineContract } from "@sluice/contract";
export { createFrameDecoder } from "@sluice/contract/wire";
