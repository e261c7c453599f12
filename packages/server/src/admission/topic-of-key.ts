import type { AnySubscription } from "@sluice/contract";
import { coderOf, isErrorNamed, shown, topicNamed, topicOf } from "@sluice/contract/internal";

/**
 * The topic that key fields name, in wire form.
 *
 * @throws TypeError if the key cannot name a topic: the filter would never match.
 */
export function topicOfKey(procedure: AnySubscription, key: unknown): string {
  const { path, input, key: fields } = procedure;
  if (!input) throw new TypeError(`disconnect: a key is given, but "${path}" has no input.`);
  if (!fields) return topicOfInput(procedure, key);
  if (typeof key !== "object" || key === null || Array.isArray(key)) {
    throw new TypeError(`disconnect: key is ${shown(key)}; allowed is an object of ${fields.join(", ")}.`);
  }
  for (const name of Object.keys(key)) {
    if (fields.includes(name)) continue;
    throw new TypeError(
      `disconnect: key.${name} is not a key field of "${path}"; the key fields are ${fields.join(", ")}.`,
    );
  }
  return topicNamed(path, key);
}

/**
 * Where all fields form the key, the key is an input: the schema checks it, and fields with a default may be left out.
 */
function topicOfInput(procedure: AnySubscription, key: unknown): string {
  let input: unknown;
  try {
    input = coderOf(procedure.input).decode(key);
  } catch (error) {
    if (!isErrorNamed(error, "ValidationError")) return topicNamed(procedure.path, key); // for example, its checks are asynchronous
    throw new TypeError(`disconnect: key does not fit the input of "${procedure.path}": ${error.message}.`);
  }
  // A schema may drop a misspelled field as unknown. The rest could then name another topic.
  const wire = coderOf(procedure.input).encode(input);
  if (isRecord(key) && isRecord(wire)) {
    const misspelled = Object.keys(key).find((name) => !Object.hasOwn(wire, name));
    if (misspelled)
      throw new TypeError(`disconnect: key.${misspelled} is not a field of the input of "${procedure.path}".`);
  }
  return topicOf(procedure, input);
}

const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
