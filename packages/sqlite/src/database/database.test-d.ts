/// <reference path="../../node_modules/@types/node-24/sqlite.d.ts" />
/// <reference path="../../node_modules/bun-types/sqlite.d.ts" />

import type { Database as BunDatabase } from "bun:sqlite";
import type { DatabaseSync } from "node:sqlite";
import type BetterSqlite3 from "better-sqlite3";
import type Libsql from "libsql";
import { expectTypeOf, it } from "vitest";
import { sqliteLog } from "../index.js";
import type { SqliteDatabase } from "./database.js";

declare const better: BetterSqlite3.Database;
declare const libsql: Libsql.Database;
declare const node: DatabaseSync;
declare const bun: BunDatabase;

it("accepts a database of each of the four, as it is", () => {
  expectTypeOf(better).toExtend<SqliteDatabase>();
  expectTypeOf(libsql).toExtend<SqliteDatabase>();
  expectTypeOf(node).toExtend<SqliteDatabase>();
  expectTypeOf(bun).toExtend<SqliteDatabase>();
  for (const database of [better, libsql, node, bun]) sqliteLog({ database });
});

it("takes either a file or a database", () => {
  sqliteLog({ file: "a.db", synchronous: "full", busyTimeout: 1_000, retain: { events: 5 } });
  // @ts-expect-error it needs one of them
  sqliteLog({});
  // @ts-expect-error not both
  sqliteLog({ file: "a.db", database: better });
  // @ts-expect-error no database
  sqliteLog({ database: { exec: () => {} } });
  // @ts-expect-error there is no such mode
  sqliteLog({ file: "a.db", synchronous: "off" });
});
