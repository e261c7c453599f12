import { redisLog } from "@sluice/redis";
import { memoryLog } from "@sluice/server";
import { sqliteLog } from "@sluice/sqlite";

// #region memory
// One per name and process, however often a bundler evaluates this.
export const memory = () => memoryLog({ name: "app" });
// #endregion memory

// #region sqlite
export const sqlite = () => sqliteLog({ file: "data/app.db" }); // Node 22.13 or later
// #endregion sqlite

// #region redis
export const redis = (url = "redis://cache:6379") => redisLog({ url });
// #endregion redis
