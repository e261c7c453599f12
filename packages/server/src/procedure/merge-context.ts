/**
 * Merges a middleware's context over the current one. Plain data is copied. Anything else is wrapped by a proxy: a copy
 * of a class instance would lose its prototype's getters, and a context that loses `expiresAt` never expires.
 */
export function mergeContext(base: object, added: object): object {
  if (!isPlainData(base) || !isPlainData(added)) return proxyOver(base, added);
  const copy = { ...base, ...added };
  // A user's proxy may look like plain data and have members that it does not list.
  return revocableKeys.some((key) => Reflect.get(copy, key) !== pick(base, added, key)) ? proxyOver(base, added) : copy;
}

/** The members that Sluice reads from a context. */
const revocableKeys = ["expiresAt", "tags"] as const;

function isPlainData(context: object): boolean {
  const prototype = Object.getPrototypeOf(context);
  // Each realm has its own `Object.prototype`; only these own this member.
  if (prototype !== null && !Object.hasOwn(prototype, "isPrototypeOf")) return false;
  return Object.values(Object.getOwnPropertyDescriptors(context)).every((descriptor) => "value" in descriptor);
}

/** Whether a context or its class has a member. Members that all objects have do not hide those of the layer below. */
const hasMember = (context: object, key: PropertyKey): boolean =>
  Object.hasOwn(context, key) || (key in context && !(key in Object.prototype));

const pick = (base: object, added: object, key: PropertyKey): unknown =>
  Reflect.get(hasMember(added, key) ? added : base, key);

/**
 * A proxy over both contexts. Getters and methods run on the object that owns them, because private fields exist only
 * there. Assignments stay in the proxy, because the objects may serve other requests.
 */
function proxyOver(base: object, added: object): object {
  const own: object = Object.create(Object.getPrototypeOf(isPlainData(added) ? base : added));
  const layerOf = (key: PropertyKey) => (Object.hasOwn(own, key) ? own : hasMember(added, key) ? added : base);
  const bound = new WeakMap<object, unknown>();
  return new Proxy<object>(own, {
    get(_own, key) {
      const layer = layerOf(key);
      const value: unknown = Reflect.get(layer, key, layer);
      if (typeof value !== "function" || key === "constructor" || Object.hasOwn(layer, key)) return value;
      // Return the same function each time, so that callers can compare it.
      if (!bound.has(value)) bound.set(value, value.bind(layer));
      return bound.get(value);
    },
    set: (_own, key, value) =>
      Reflect.defineProperty(own, key, { value, writable: true, enumerable: true, configurable: true }),
    has: (_own, key) => key in own || key in added || key in base,
    deleteProperty: (_own, key) => !hasMember(added, key) && !hasMember(base, key) && Reflect.deleteProperty(own, key),
    ownKeys: () => [...new Set([base, added, own].flatMap(Reflect.ownKeys))],
    getOwnPropertyDescriptor(_own, key) {
      const layer = layerOf(key);
      const enumerable = Reflect.getOwnPropertyDescriptor(layer, key)?.enumerable;
      if (enumerable === undefined) return undefined;
      // A proxy must report a property as configurable if its target lacks it.
      return { value: Reflect.get(layer, key, layer), writable: true, enumerable, configurable: true };
    },
  });
}
