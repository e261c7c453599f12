import type { IterateOptions } from "../subscription/handlers.js";
import { createRegistry, type Registry } from "../subscription/registry.js";
import type { ClientSettings } from "./settings.js";
import { membersOf } from "./subscription-members.js";
import { wireCall } from "./wire-call.js";
import { wireMutation, wireSubscription } from "./wire-procedure.js";

/**
 * The client of a contract that only the compiler knows: any name is a procedure and a subtree. Nothing is sent before
 * a call.
 */
export const createWireClient = (settings: ClientSettings): object =>
  createNode({}, "", {}, { settings, registry: createRegistry(settings) });

interface Shared {
  readonly settings: ClientSettings;
  readonly registry: Registry;
}

/** @param members take precedence over members of `target`. */
function createNode(target: object, path: string, members: object, shared: Shared): object {
  const children = new Map<string, object>();
  const childOf = (name: string): object => {
    let child = children.get(name);
    if (!child) {
      child = createProcedure(path ? `${path}/${name}` : name, shared);
      children.set(name, child);
    }
    return child;
  };
  return new Proxy(target, {
    get: (_, key) => (isSegment(key) ? childOf(key) : Reflect.get(Object.hasOwn(members, key) ? members : target, key)),
    // Without it an assignment would succeed and change nothing.
    defineProperty: () => false,
  });
}

function createProcedure(path: string, shared: Shared): object {
  const { settings, registry } = shared;
  const subscription = wireSubscription(path);
  const mutation = wireMutation(path);
  const run = (input: unknown, options?: IterateOptions) =>
    wireCall(settings, { subscription, mutation }, input, options);
  // For printing, which bypasses the proxy.
  return createNode(
    Object.defineProperty(run, "name", { value: path }),
    path,
    membersOf(registry, settings, subscription),
    shared,
  );
}

/** Members of functions: a debounce calls them, printing and `await` look them up. */
const memberNames: ReadonlySet<string> = new Set(["apply", "bind", "call", "subscribe", "then", "toJSON"]);

const isSegment = (key: PropertyKey): key is string =>
  typeof key === "string" && /^[A-Za-z_][\w-]*$/.test(key) && !(key in Object.prototype) && !memberNames.has(key);
