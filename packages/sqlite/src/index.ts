export type { SqliteDatabase, SqliteStatement } from "./database/database.js";
export type { SqliteLogOptions } from "./options.js";
export { sqliteLog } from "./sqlite-log.js";
