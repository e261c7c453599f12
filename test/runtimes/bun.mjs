import { createApp } from "./app.mjs";

// It would cut a stream that is silent for a second, as it does after 10 by default.
const { port } = Bun.serve({ fetch: createApp(), port: 0, hostname: "127.0.0.1", idleTimeout: 1 });
console.log(`http://127.0.0.1:${port}`);
