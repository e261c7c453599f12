import { createRequire } from "node:module";
import type { SqliteDatabase } from "./database/database.js";

export interface Driver {
  readonly name: string;
  open(file: string): SqliteDatabase;
}

const require = createRequire(import.meta.url);
const Libsql = require("libsql") as new (file: string) => SqliteDatabase;
const builtIn = (process as { getBuiltinModule?(name: string): unknown }).getBuiltinModule?.("node:sqlite") as
  | { readonly DatabaseSync: new (file: string) => SqliteDatabase }
  | undefined;

export const libsql: Driver = { name: "libsql", open: (file) => new Libsql(file) };

/** Those that run on this Node. */
export const drivers: readonly Driver[] = builtIn
  ? [{ name: "node:sqlite", open: (file) => new builtIn.DatabaseSync(file) }, libsql]
  : [libsql];

/** The one that most tests use: Node's own, if it has one. */
export const [driver = libsql] = drivers;
