/** A proxy that throws at every operation. */
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const withGetter = (error: Error, member: string): Error =>
  Object.defineProperty(error, member, {
    get() {
      throw revoked();
    },
  });

const like = (members: object): Error => Object.assign(new Error("secret"), { name: "SluiceError", ...members });

function circular(): Error {
  const error = new Error("secret");
  error.cause = error;
  return error;
}

const trap = (): never => {
  throw revoked();
};

/** Unusual thrown values: some throw again when they are inspected. */
export const oddThrows: readonly [name: string, make: () => unknown][] = [
  ["a revoked proxy", revoked],
  ["an error whose name throws", () => withGetter(new Error("secret"), "name")],
  ["an error whose message throws", () => withGetter(new Error("secret"), "message")],
  ["an error whose stack throws", () => withGetter(new Error("secret"), "stack")],
  ["an error whose cause throws", () => withGetter(new Error("secret"), "cause")],
  ["one that calls itself a SluiceError and whose code throws", () => withGetter(like({}), "code")],
  ["one that calls itself a SluiceError and has no code", () => like({})],
  ["one that calls itself a SluiceError and whose data throws", () => withGetter(like({ code: "forbidden" }), "data")],
  ["one that calls itself a SluiceError and whose message is none", () => like({ code: "forbidden", message: 7n })],
  ["an error that is its own cause", circular],
  [
    "a proxy whose traps throw",
    () => new Proxy(new Error("secret"), { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap }),
  ],
  ["an object that throws when printed", () => ({ [Symbol.for("nodejs.util.inspect.custom")]: trap })],
  ["an object without a prototype", () => Object.create(null)],
  ["a symbol", () => Symbol("secret")],
  ["undefined", () => undefined],
];
