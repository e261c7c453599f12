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
  return procedure.input ? topicNamed(procedure.path, topicKeyOf(procedure, input)) : procedure.path;
}

/**
 * The key fields of a subscription's input, in wire form.
 *
 * @param input parsed input, in code form.
 */
export function topicKeyOf({ input: schema, key }: AnySubscription, input: unknown): unknown {
  const wire = coderOf(schema).encode(input);
  if (!key) return wire;
  const fields = typeof wire === "object" && wire !== null ? (wire as Record<string, unknown>) : {};
  return Object.fromEntries(key.map((field) => [field, fields[field]]));
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
