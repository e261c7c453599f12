import { describe, expect, it } from "vitest";
import { mergeContext } from "./merge-context.js";

class Session {
  user = "ann";
  #expiresAt = 1;
  get expiresAt(): number {
    return this.#expiresAt;
  }
  get tags(): string[] {
    return [`user:${this.user}`];
  }
  extend(ms: number): number {
    this.#expiresAt += ms;
    return this.#expiresAt;
  }
}

type View = Session & Record<string, unknown>;
const merge = (base: object, added: object) => mergeContext(base, added) as View;

const revocable = { expiresAt: 1, tags: ["user:ann"] };
const unlisted = new Proxy({}, { get: (_target, key) => Reflect.get(revocable, key) });

describe("a context merged over another", () => {
  it.each<[string, object]>([
    ["a plain object", { ...revocable }],
    ["one without a prototype", Object.assign(Object.create(null), revocable)],
    ["a frozen one", Object.freeze({ ...revocable })],
    [
      "one with getters",
      Object.defineProperties({}, { expiresAt: { get: () => 1 }, tags: { get: () => revocable.tags } }),
    ],
    ["an instance of a class with private fields", new Session()],
    ["a frozen instance", Object.freeze(new Session())],
    ["an instance of a derived class", new (class extends Session {})()],
    ["one that inherits from an object", Object.create({ ...revocable })],
    ["a proxy", new Proxy({ ...revocable }, {})],
    ["a proxy of an instance", new Proxy({}, { get: (_target, key) => Reflect.get(new Session(), key) })],
    ["a proxy with members that it does not list", unlisted],
  ])("keeps expiresAt and tags if the base is %s", (_what, base) => {
    const view = merge(merge(base, { first: 1 }), { second: 2 });
    expect({ expiresAt: view.expiresAt, tags: view.tags }).toEqual(revocable);
    expect([view["first"], view["second"]]).toEqual([1, 2]);
  });

  it("keeps expiresAt and tags of an added instance, and those defined by getters", () => {
    expect(merge({ a: 1 }, new Session())).toMatchObject({ a: 1, ...revocable });
    const getters = Object.defineProperty({ tags: revocable.tags }, "expiresAt", { get: () => 1, enumerable: true });
    expect(merge(new Session(), getters).expiresAt).toBe(1);
    expect(merge(new Session(), { expiresAt: 5, tags: [] })).toMatchObject({ expiresAt: 5, tags: [] });
  });

  it("shows the current members of an instance, and runs its methods on it", () => {
    const session = new Session();
    const view = merge(session, { role: "admin" });
    expect([view.extend(9), view.expiresAt, session.expiresAt]).toEqual([10, 10, 10]);
    Object.assign(session, { late: true });
    expect(view["late"]).toBe(true);
    expect(view).toBeInstanceOf(Session);
    expect(view.extend).toBe(view.extend);
    expect(view.constructor).toBe(Session);
  });

  it("can be spread, listed and written to, and leaves the base unchanged", () => {
    const session = new Session();
    const view = merge(session, { role: "admin" });
    expect({ ...view }).toEqual({ user: "ann", role: "admin" });
    expect(Object.keys(view)).toEqual(["user", "role"]);
    expect(JSON.stringify(view)).toBe('{"user":"ann","role":"admin"}');
    view.user = "bob";
    Object.assign(view, { extra: 1 });
    expect({ ...view }).toEqual({ user: "bob", role: "admin", extra: 1 });
    expect(["expiresAt" in view, "nothing" in view, Object.hasOwn(view, "role")]).toEqual([true, false, true]);
    expect(session.user).toBe("ann");
    expect(() => Reflect.deleteProperty(view, "extra") && delete (view as Partial<Session>).user).toThrow(TypeError);
  });

  it("is a plain copy if both are plain data", () => {
    const view = merge({ a: 1, b: 1 }, { b: 2 });
    expect(structuredClone(view)).toEqual({ a: 1, b: 2 });
  });
});
