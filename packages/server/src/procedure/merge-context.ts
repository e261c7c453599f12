/**
 * A context with another laid over it, for what follows a middleware. Plain data is copied. Anything else is looked through to: a
 * copy of a class instance would lack its prototype's getters, and with an `expiresAt` that is gone nothing would ever expire.
 */
export function layContext(base: object, added: object): object {
  if (!isPlainData(base) || !isPlainData(added)) return lookThrough(base, added);
  const copy = { ...base, ...added };
  // A user's proxy may look plain and answer for more than it lists.
  return revocable.some((key) => Reflect.get(copy, key) !== pick(base, added, key)) ? lookThrough(base, added) : copy;
}

/** What Sluice itself looks for in a context. */
const revocable = ["expiresAt", "tags"] as const;

function isPlainData(context: object): boolean {
  const prototype = Object.getPrototypeOf(context);
  // Every realm has an `Object.prototype` of its own, and only these have this member.
  if (prototype !== null && !Object.hasOwn(prototype, "isPrototypeOf")) return false;
  return Object.values(Object.getOwnPropertyDescriptors(context)).every((descriptor) => "value" in descriptor);
}

/** Whether a context has a member by itself or by its class; what all objects have doesn't hide a layer below. */
const has = (context: object, key: PropertyKey): boolean =>
  Object.hasOwn(context, key) || (key in context && !(key in Object.prototype));

const pick = (base: object, added: object, key: PropertyKey): unknown =>
  Reflect.get(has(added, key) ? added : base, key);

/**
 * Getters and methods run on the object that they belong to: private fields exist nowhere else. What is assigned stays in the view, since
 * the objects below may serve other requests.
 */
function lookThrough(base: object, added: object): object {
  const own: object = Object.create(Object.getPrototypeOf(isPlainData(added) ? base : added));
  const layerOf = (key: PropertyKey) => (Object.hasOwn(own, key) ? own : has(added, key) ? added : base);
  const bound = new WeakMap<object, unknown>();
  return new Proxy<object>(own, {
    get(_own, key) {
      const layer = layerOf(key);
      const value: unknown = Reflect.get(layer, key, layer);
      if (typeof value !== "function" || key === "constructor" || Object.hasOwn(layer, key)) return value;
      // The same function each time, so that it can be compared.
      if (!bound.has(value)) bound.set(value, value.bind(layer));
      return bound.get(value);
    },
    set: (_own, key, value) =>
      Reflect.defineProperty(own, key, { value, writable: true, enumerable: true, configurable: true }),
    has: (_own, key) => key in own || key in added || key in base,
    deleteProperty: (_own, key) => !has(added, key) && !has(base, key) && Reflect.deleteProperty(own, key),
    ownKeys: () => [...new Set([base, added, own].flatMap(Reflect.ownKeys))],
    getOwnPropertyDescriptor(_own, key) {
      const layer = layerOf(key);
      const enumerable = Reflect.getOwnPropertyDescriptor(layer, key)?.enumerable;
      if (enumerable === undefined) return undefined;
      // A proxy has to call configurable what its target lacks.
      return { value: Reflect.get(layer, key, layer), writable: true, enumerable, configurable: true };
    },
  });
}
