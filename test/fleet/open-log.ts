import type { Log } from "@sluice/log";
import { redisLog } from "@sluice/redis";
import { openLog as openFile } from "../../packages/sqlite/src/open-log.test-kit.ts";

/** Which log the servers of a fleet share. */
export type Store = { readonly url: string } | { readonly file: string };

/** Nothing is trimmed while a client is away. */
const retain = { events: 1_000_000, bytes: 1_000_000_000 };
const dedupe = { keys: 100_000 };

export const openLog = (store: Store): Log =>
  "url" in store ? redisLog({ ...store, retain, dedupe }) : openFile({ ...store, retain, dedupe }).log;
