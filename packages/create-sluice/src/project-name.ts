import { basename, resolve } from "node:path";
import { Refusal } from "./refusal.js";

const scoped = /^@[a-z0-9-][\w.-]*\/[^/]+$/;
const allowed = /^(@[a-z0-9-][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;
const reserved = ["node_modules", "favicon.ico"];

/**
 * The name of the package in a folder: the folder's, or what was given if that has a scope.
 *
 * @throws Refusal for what npm doesn't accept as a name.
 */
export function nameOf(target: string): string {
  const name = scoped.test(target) ? target : basename(resolve(target));
  if (allowed.test(name) && name.length <= 214 && !reserved.includes(name)) return name;
  throw new Refusal(
    `"${name}" can't be the name of a package. npm allows a-z, 0-9, ".", "_" and "-", ` +
      "at most 214 of them, and the first is a letter or a digit: my-app.",
  );
}
