import { build } from "esbuild";
import { Miniflare } from "miniflare";

const { outputFiles } = await build({
  entryPoints: ["durable-object.mjs"],
  bundle: true,
  write: false,
  format: "esm",
  platform: "neutral",
  conditions: ["workerd", "worker"],
  mainFields: ["module", "main"],
});
const miniflare = new Miniflare({
  modules: true,
  script: outputFiles[0].text,
  durableObjects: { HUB: "Hub" },
  compatibilityDate: "2026-04-01",
  compatibilityFlags: ["enable_request_signal"],
  host: "127.0.0.1",
  port: 0,
});
console.log((await miniflare.ready).origin);
process.once("SIGTERM", () => miniflare.dispose());
