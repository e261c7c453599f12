import { canonicalJson } from "./json.js";
import type { AnySubscription } from "./procedure.js";
import { coderOf } from "./schema.js";

/**
 * The name of the log that a subscription's events live in: its path and, after `?`, the canonical JSON of the key fields
 * of its input in wire form.
 *
 * @param input parsed input, as code sees it.
 */
export function topicOf(procedure: AnySubscription, input: unknown): string {
  if (!procedure.input) return procedure.path;
  const wire = coderOf(procedure.input).encode(input);
  const { key } = procedure;
  if (!key || typeof wire !== "object" || wire === null) return `${procedure.path}?${canonicalJson(wire)}`;
  const fields: [string, unknown][] = key.map((field) => [field, (wire as Record<string, unknown>)[field]]);
  return `${procedure.path}?${canonicalJson(Object.fromEntries(fields))}`;
}
