import { createRegistry, type Registry } from "../subscription/registry.js";
import { call } from "./call.js";
import { type CallOptions, internals } from "./procedure.js";
import type { ClientSettings } from "./settings.js";
import { membersOf } from "./subscription-members.js";
import { wireMutation, wireSubscription } from "./wire-procedure.js";

/**
 * The client of a contract that only the compiler knows: any name is a procedure and a subtree. Nothing is sent before
 * a call.
 */
export const createWireClient = (settings: ClientSettings): object =>
  createNode(
    {},
    "",
    { [internals]: { clientId: settings.id, path: "" }, $close: settings.close },
    { settings, registry: createRegistry(settings) },
  );

interface Shared {
  readonly settings: ClientSettings;
  readonly registry: Registry;
}

/** @param members take precedence over members of `target`, and aren't listed. */
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
    get(_, key) {
      if (Object.hasOwn(members, key)) return Reflect.get(members, key);
      return isSegment(key) ? childOf(key) : Reflect.get(target, key);
    },
    // Without it an assignment would succeed and change nothing.
    defineProperty: () => false,
  });
}

/** A call is a query or mutation; the members are a subscription's. */
function createProcedure(path: string, shared: Shared): object {
  const { settings, registry } = shared;
  const mutation = wireMutation(path);
  const run = (input: unknown, options?: CallOptions) => call(settings, mutation, input, options);
  Object.defineProperty(run, "name", { value: path }); // for printing, which bypasses the proxy
  return createNode(run, path, membersOf(registry, settings, wireSubscription(path)), shared);
}

/** What is looked up in functions and other objects: by a debounce, by printing, by `await`. */
const reserved: ReadonlySet<string> = new Set(["apply", "bind", "call", "then", "toJSON"]);

const isSegment = (key: PropertyKey): key is string =>
  typeof key === "string" && /^[A-Za-z_][\w-]*$/.test(key) && !(key in Object.prototype) && !reserved.has(key);
