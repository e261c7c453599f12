import { type AnySubscription, coderOf, isErrorNamed, shown, topicNamed, topicOf } from "@sluice/contract";

/**
 * The topic that the key fields of an input name, in wire form.
 *
 * @throws TypeError where they can name none: nobody would ever be found by it.
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
    throw new TypeError(`disconnect: key.${name} is no key field of "${path}"; there are ${fields.join(", ")}.`);
  }
  return topicNamed(path, key);
}

/** Where all fields are the key, it is an input: so it is held against the schema, and what has a default may be left out. */
function topicOfInput(procedure: AnySubscription, key: unknown): string {
  let input: unknown;
  try {
    input = coderOf(procedure.input).decode(key);
  } catch (error) {
    if (!isErrorNamed(error, "ValidationError")) return topicNamed(procedure.path, key); // it checks asynchronously, say
    throw new TypeError(`disconnect: key is none of "${procedure.path}": ${error.message}.`);
  }
  // A slip of the pen is what a schema drops as unknown, and what is left may mean somebody else.
  const wire = coderOf(procedure.input).encode(input);
  if (isRecord(key) && isRecord(wire)) {
    const slip = Object.keys(key).find((name) => !Object.hasOwn(wire, name));
    if (slip) throw new TypeError(`disconnect: key.${slip} is no field of the input of "${procedure.path}".`);
  }
  return topicOf(procedure, input);
}

const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
