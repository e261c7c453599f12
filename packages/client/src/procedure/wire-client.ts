import type { IterateOptions } from "../subscription/handlers.js";
import { createRegistry, type Registry } from "../subscription/registry.js";
import { subscribeBy } from "../subscription/subscribe.js";
import { internals } from "./procedure.js";
import type { ClientSettings } from "./settings.js";
import { wireCall } from "./wire-call.js";
import { wireMutation, wireSubscription } from "./wire-procedure.js";

/**
 * The client of a contract that only the compiler knows: whatever name is asked for, there is a procedure or a subtree.
 * Nothing is sent before one is called.
 */
export const createWireClient = (settings: ClientSettings): object =>
  createNode({}, "", () => undefined, { settings, registry: createRegistry(settings) });

interface Shared {
  readonly settings: ClientSettings;
  readonly registry: Registry;
}

/** @param member gives what a node has beside its children. */
function createNode(target: object, path: string, member: (key: PropertyKey) => unknown, shared: Shared): object {
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
    get: (_, key) => member(key) ?? (isSegment(key) ? childOf(key) : Reflect.get(target, key)),
    // Or an assignment would seem to work, and change nothing.
    defineProperty: () => false,
  });
}

function createProcedure(path: string, shared: Shared): object {
  const { settings, registry } = shared;
  const subscription = wireSubscription(path);
  const mutation = wireMutation(path);
  const sharedOf = (input: unknown) => registry.shared(subscription, input);
  const subscribe = subscribeBy(sharedOf);
  const inside = { clientId: settings.id, procedure: subscription, linger: settings.linger, shared: sharedOf };
  const run = (input: unknown, options?: IterateOptions) =>
    wireCall(settings, { subscription, mutation }, input, options);
  const member = (key: PropertyKey) => {
    if (key === "subscribe") return subscribe;
    return key === internals ? inside : undefined;
  };
  // For whoever prints it: that goes past the proxy.
  return createNode(Object.defineProperty(run, "name", { value: path }), path, member, shared);
}

/** Members of every function: callers such as a debounce use them, and printing and awaiting ask for them. */
const members: ReadonlySet<string> = new Set(["apply", "bind", "call", "subscribe", "then", "toJSON"]);

const isSegment = (key: PropertyKey): key is string =>
  typeof key === "string" && /^[A-Za-z_][\w-]*$/.test(key) && !(key in Object.prototype) && !members.has(key);
