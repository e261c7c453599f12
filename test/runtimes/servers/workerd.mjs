// Runs durable-object.mjs, as wrangler does.
import { build } from "esbuild";
import { Miniflare } from "miniflare";

const { PORT, HEARTBEAT, MAX_DURATION } = process.env;
const { outputFiles } = await build({
  entryPoints: ["durable-object.mjs"],
  bundle: true,
  write: false,
  format: "esm",
  platform: "neutral",
  conditions: ["workerd", "worker"],
  mainFields: ["module", "main"],
  // A Worker has no environment.
  define: { "globalThis.process": JSON.stringify({ env: { HEARTBEAT, MAX_DURATION } }) },
});
const miniflare = new Miniflare({
  modules: true,
  script: outputFiles[0].text,
  durableObjects: { HUB: "Hub" },
  compatibilityDate: "2026-04-01",
  compatibilityFlags: ["enable_request_signal"],
  host: "127.0.0.1",
  port: Number(PORT),
});
await miniflare.ready;
process.once("SIGTERM", () => miniflare.dispose());
