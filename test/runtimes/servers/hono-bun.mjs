import { app } from "./hono.mjs";

// Bun serves what has a `fetch`, at the port that PORT says.
export default app;
