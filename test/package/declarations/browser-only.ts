// For a project that knows the DOM and no Node.
export { createClient } from "@sluice/client";
export { sluiceKey, sluiceMutation, sluiceQuery, sluiceSubscription } from "@sluice/client/query";
export { useSubscription } from "@sluice/client/react";
export { defineContract } from "@sluice/contract";
export { createFrameDecoder } from "@sluice/contract/wire";
