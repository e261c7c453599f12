import type { IterateOptions } from "../subscription/handlers.js";
import { createRegistry, type Registry } from "../subscription/registry.js";
import type { ClientSettings } from "./settings.js";
import { membersOf } from "./subscription-members.js";
import { wireCall } from "./wire-call.js";
import { wireMutation, wireSubscription } from "./wire-procedure.js";

/**
 * The client of a contract that only the compiler knows: whatever name is asked for, there is a procedure or a subtree.
 * Nothing is sent before one is called.
 */
export const createWireClient = (settings: ClientSettings): object =>
  createNode({}, "", {}, { settings, registry: createRegistry(settings) });

interface Shared {
  readonly settings: ClientSettings;
  readonly registry: Registry;
}

/** @param members what a node has beside its children. */
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
    // Or an assignment would seem to work, and change nothing.
    defineProperty: () => false,
  });
}

function createProcedure(path: string, shared: Shared): object {
  const { settings, registry } = shared;
  const subscription = wireSubscription(path);
  const mutation = wireMutation(path);
  const run = (input: unknown, options?: IterateOptions) =>
    wireCall(settings, { subscription, mutation }, input, options);
  // For whoever prints it: that goes past the proxy.
  return createNode(
    Object.defineProperty(run, "name", { value: path }),
    path,
    membersOf(registry, settings, subscription),
    shared,
  );
}

/** Members of every function: callers such as a debounce use them, and printing and awaiting ask for them. */
const memberNames: ReadonlySet<string> = new Set(["apply", "bind", "call", "subscribe", "then", "toJSON"]);

const isSegment = (key: PropertyKey): key is string =>
  typeof key === "string" && /^[A-Za-z_][\w-]*$/.test(key) && !(key in Object.prototype) && !memberNames.has(key);
