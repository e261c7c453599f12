import type { ErrorIssue } from "@sluice/contract";
import { inJson } from "@sluice/contract/internal";
import { maxLevels } from "../http/request.js";
import { described } from "../options/check.js";

/**
 * The first part of a topic's key that JSON can't carry, or would carry as something else: then two keys would name one
 * topic. As in JSON, a member may be undefined, and so may the key: it is left out.
 */
export const unwritablePart = (key: unknown): ErrorIssue | undefined =>
  key === undefined ? undefined : partOf(key, [], new Set());

type Path = readonly (string | number)[];

function partOf(given: unknown, path: Path, parents: Set<object>): ErrorIssue | undefined {
  if (given instanceof Date && Number.isNaN(given.getTime())) return unrepresentable("an invalid Date", path);
  const value = inJson(given);
  if (typeof value !== "object" || value === null) {
    return isWritable(value) ? undefined : unrepresentable(nameOf(value), path);
  }
  if (path.length === maxLevels) return { message: `nested deeper than ${maxLevels} levels`, path: path.slice(0, 3) };
  if (parents.has(value)) return unrepresentable("an object that contains itself", path);
  const kind = Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (kind !== "Object" && kind !== "Array") return unrepresentable(`a ${kind}`, path);
  parents.add(value);
  const issue = Array.isArray(value)
    ? firstOf(value, (item, index) => partOf(item, [...path, index], parents))
    : firstOf(Object.entries(value), ([name, member]) =>
        member === undefined ? undefined : partOf(member, [...path, name], parents),
      );
  parents.delete(value);
  return issue;
}

function firstOf<T>(all: readonly T[], look: (each: T, index: number) => ErrorIssue | undefined) {
  for (let index = 0; index < all.length; index++) {
    const issue = look(all[index] as T, index);
    if (issue) return issue;
  }
  return undefined;
}

const unrepresentable = (what: string, path: Path): ErrorIssue => ({ message: `JSON cannot represent ${what}`, path });

const isWritable = (value: unknown): boolean =>
  value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);

const nameOf = (value: unknown): string =>
  typeof value === "bigint" || typeof value === "symbol" ? `a ${typeof value}` : described(value);
