import { readFile } from "node:fs/promises";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

const [, named = ""] = /^ *ACL SETUSER sluice((?:.|\n)*?)```/m.exec(readme) ?? [];
/** The rights of a user that the README names. */
export const rightsInReadme: readonly string[] = named.trim().split(/\s+/);

const [, also = ""] = /In a cluster also((?:.|\n)*?)\./.exec(readme) ?? [];
/** Those that it needs in a cluster, beside them. */
export const clusterRightsInReadme: readonly string[] = also.match(/\+[\w|]+/g) ?? [];
