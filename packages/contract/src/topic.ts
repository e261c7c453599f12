import { canonicalJson } from "./json.js";
import type { AnySubscription } from "./procedure.js";
import { coderOf } from "./schema.js";
import { digestName, isTooLong } from "./short-name.js";

/**
 * The name of a subscription's topic: its path, `?`, and the canonical JSON of the key fields of its input in wire
 * form. If the name would be longer than 512 bytes, a digest replaces the JSON. PROTOCOL §6.4.
 *
 * @param input parsed input, in code form.
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
 * The name of the topic with these key fields.
 *
 * @param key in wire form.
 */
export function topicNamed(path: string, key: unknown): string {
  const json = canonicalJson(key);
  const name = `${path}?${json}`;
  return isTooLong(name) ? `${path}?${digestName(json)}` : name;
}
