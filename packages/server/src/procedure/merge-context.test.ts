import { describe, expect, it } from "vitest";
import { layContext } from "./lay-context.js";

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
const lay = (base: object, added: object) => layContext(base, added) as View;

const told = { expiresAt: 1, tags: ["user:ann"] };
const unlisted = new Proxy({}, { get: (_target, key) => Reflect.get(told, key) });

describe("a context laid over another", () => {
  it.each<[string, object]>([
    ["a plain object", { ...told }],
    ["one without a prototype", Object.assign(Object.create(null), told)],
    ["a frozen one", Object.freeze({ ...told })],
    ["one with getters", Object.defineProperties({}, { expiresAt: { get: () => 1 }, tags: { get: () => told.tags } })],
    ["an instance of a class with private fields", new Session()],
    ["a frozen instance", Object.freeze(new Session())],
    ["an instance of a derived class", new (class extends Session {})()],
    ["one that inherits from an object", Object.create({ ...told })],
    ["a proxy", new Proxy({ ...told }, {})],
    ["a proxy of an instance", new Proxy({}, { get: (_target, key) => Reflect.get(new Session(), key) })],
    ["a proxy that answers for more than it lists", unlisted],
  ])("keeps when it ends and whose it is where below is %s", (_what, base) => {
    const view = lay(lay(base, { first: 1 }), { second: 2 });
    expect({ expiresAt: view.expiresAt, tags: view.tags }).toEqual(told);
    expect([view["first"], view["second"]]).toEqual([1, 2]);
  });

  it("keeps them of an instance that is added, and of what has them by getters", () => {
    expect(lay({ a: 1 }, new Session())).toMatchObject({ a: 1, ...told });
    const getters = Object.defineProperty({ tags: told.tags }, "expiresAt", { get: () => 1, enumerable: true });
    expect(lay(new Session(), getters).expiresAt).toBe(1);
    expect(lay(new Session(), { expiresAt: 5, tags: [] })).toMatchObject({ expiresAt: 5, tags: [] });
  });

  it("shows what an instance is now, and runs its methods on it", () => {
    const session = new Session();
    const view = lay(session, { role: "admin" });
    expect([view.extend(9), view.expiresAt, session.expiresAt]).toEqual([10, 10, 10]);
    Object.assign(session, { late: true });
    expect(view["late"]).toBe(true);
    expect(view).toBeInstanceOf(Session);
    expect(view.extend).toBe(view.extend);
    expect(view.constructor).toBe(Session);
  });

  it("can be spread, listed and written to, and leaves what is below as it was", () => {
    const session = new Session();
    const view = lay(session, { role: "admin" });
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

  it("is a plain copy where both are plain data", () => {
    const view = lay({ a: 1, b: 1 }, { b: 2 });
    expect(structuredClone(view)).toEqual({ a: 1, b: 2 });
  });
});
