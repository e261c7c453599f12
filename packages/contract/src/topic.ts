import { canonicalJson } from "./json.js";
import type { AnySubscription } from "./procedure.js";
import { coderOf } from "./schema.js";
import { digestName, isTooLong } from "./short-name.js";

/**
 * The name of the log that a subscription's events live in: its path and, after `?`, the canonical JSON of the key fields
 * of its input in wire form, or a digest of it where the name would be longer than 512 bytes. PROTOCOL §6.4.
 *
 * @param input parsed input, as code sees it.
 */
export function topicOf(procedure: AnySubscription, input: unknown): string {
  if (!procedure.input) return procedure.path;
  const wire = coderOf(procedure.input).encode(input);
  const { key } = procedure;
  if (!key || typeof wire !== "object" || wire === null) return topicNamed(procedure.path, wire);
  const fields: [string, unknown][] = key.map((field) => [field, (wire as Record<string, unknown>)[field]]);
  return topicNamed(procedure.path, Object.fromEntries(fields));
}

/**
 * The same, of the key fields alone.
 *
 * @param key in wire form.
 */
export function topicNamed(path: string, key: unknown): string {
  const json = canonicalJson(key);
  const name = `${path}?${json}`;
  return isTooLong(name) ? `${path}?${digestName(json)}` : name;
}
