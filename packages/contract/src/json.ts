/** A value that JSON can represent. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

type Leaf = string | number | boolean | null | undefined;

/**
 * The parts of `T` that JSON cannot carry; `never` if there are none. `unknown` and `any` are not checked. The check
 * stops at eight levels, because a recursive type has no end.
 */
export type NotJson<T, Depth extends readonly 0[] = []> = 0 extends 1 & T
  ? never
  : unknown extends T
    ? never
    : Depth["length"] extends 8
      ? never
      : T extends Leaf
        ? never
        : T extends bigint | symbol | Opaque
          ? T
          : T extends readonly (infer Item)[]
            ? NotJson<Item, [...Depth, 0]>
            : T extends object
              ? { [K in keyof T]-?: NotJson<T[K], [...Depth, 0]> }[keyof T]
              : T;

/** Objects that `JSON.stringify` changes or omits. */
type Opaque =
  | Date
  | RegExp
  | Error
  | URL
  | Promise<unknown>
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | WeakMap<WeakKey, unknown>
  | WeakSet<WeakKey>
  | ArrayBuffer
  | ArrayBufferView
  | ((...args: never[]) => unknown);

/**
 * Canonical JSON (RFC 8785): object keys sorted by UTF-16 code units and no white space, so equal values give equal
 * text. Like `JSON.stringify`, it omits members that are `undefined`.
 *
 * @throws TypeError if JSON cannot represent the value, such as a bigint or a circular object.
 */
export function canonicalJson(value: unknown): string {
  return write(value, new Set()) ?? "null";
}

/** A replacer for `JSON.stringify` can't do this: objects always list keys that look like array indices first. */
function write(given: unknown, parents: Set<object>): string | undefined {
  const value = inJson(given);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (parents.has(value)) throw new TypeError("JSON cannot represent an object that contains itself");
  parents.add(value);
  const text = Array.isArray(value)
    ? `[${Array.from(value, (item) => write(item, parents) ?? "null").join(",")}]`
    : `{${Object.keys(value)
        .sort()
        .flatMap((key) => member(key, value, parents))
        .join(",")}}`;
  parents.delete(value);
  return text;
}

/** What is written in a value's place: what its `toJSON` gives. As in `JSON.stringify`, that is not asked for its own. */
export const inJson = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "toJSON" in value && typeof value.toJSON === "function"
    ? value.toJSON()
    : value;

function member(key: string, object: object, parents: Set<object>): string[] {
  const text = write((object as Record<string, unknown>)[key], parents);
  return text === undefined ? [] : [`${JSON.stringify(key)}:${text}`];
}
