import { type AnySubscription, coderOf, shown, topicNamed, topicOf, ValidationError } from "@sluice/contract";

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
  try {
    return topicOf(procedure, coderOf(procedure.input).decode(key));
  } catch (error) {
    if (!(error instanceof ValidationError)) return topicNamed(procedure.path, key); // it checks asynchronously, say
    throw new TypeError(`disconnect: key is none of "${procedure.path}": ${error.message}.`);
  }
}
