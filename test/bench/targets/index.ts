import type { Target } from "../measure/service.ts";

/** Loaded when it is measured and not before: a target pays for its own modules only. */
export const targets: Readonly<Record<string, () => Promise<{ readonly target: Target }>>> = {
  baseline: () => import("./baseline.ts"),
  "socket-write": () => import("./socket-write.ts"),
  zod: () => import("./zod.ts"),
  express: () => import("./express.ts"),
  sluice: () => import("./sluice.ts"),
  "sluice-lanes": () => import("./sluice-lanes.ts"),
  "corked-lanes": () => import("./corked-lanes.ts"),
  "sluice-express": () => import("./sluice-express.ts"),
  "sluice-fetch": () => import("./sluice-fetch.ts"),
  "better-sse": () => import("./better-sse.ts"),
  insert: () => import("./insert.ts"),
  xadd: () => import("./xadd.ts"),
  sqlite: () => import("./sqlite.ts"),
  redis: () => import("./redis.ts"),
  "sluice-sqlite": () => import("./sluice-sqlite.ts"),
  "sluice-redis": () => import("./sluice-redis.ts"),
  "redis-relay": () => import("./redis-relay.ts"),
  "sqlite-poll": () => import("./sqlite-poll.ts"),
  hono: () => import("./hono.ts"),
  trpc: () => import("./trpc.ts"),
  orpc: () => import("./orpc.ts"),
};
