import { afterEach, expect, it, vi } from "vitest";
import { surroundingsOf, type Wake } from "./wake.js";

afterEach(() => vi.unstubAllGlobals());

function setUp(during: (onWake: Parameters<Wake>[0]) => void = () => {}) {
  const calls: string[] = [];
  let tell: Parameters<Wake>[0] = () => {};
  const surroundings = surroundingsOf((onWake) => {
    calls.push("wake");
    tell = onWake;
    during(onWake);
    return () => void calls.push("stop");
  });
  const listen = (name: string) => surroundings.listen((isHiding) => void calls.push(`${name} ${isHiding}`));
  return { calls, surroundings, listen, tell: (isOnline?: boolean) => tell(isOnline) };
}

it("is asked by the first who listens, tells all, and is stopped with the last", () => {
  const { calls, listen, tell } = setUp();
  const stops = [listen("a"), listen("b")];
  tell();
  stops[0]?.();
  stops[0]?.();
  tell();
  stops[1]?.();
  tell();
  expect(calls).toEqual(["wake", "a false", "b false", "b false", "stop"]);
});

it("knows what was said last of the network, and without a word is online", () => {
  const { surroundings, listen, tell } = setUp();
  const stop = listen("a");
  expect(surroundings.isOffline()).toBe(false);
  tell(false);
  tell();
  expect(surroundings.isOffline()).toBe(true);
  tell(true);
  expect(surroundings.isOffline()).toBe(false);
  tell(false);
  stop();
  listen("b");
  expect(surroundings.isOffline()).toBe(false);
});

it("may tell at once, and may throw: that is reported", () => {
  const error = vi.fn();
  vi.stubGlobal("console", { ...console, error });
  const { calls, surroundings, listen } = setUp((onWake) => {
    onWake(false);
    throw new Error("no NetInfo");
  });
  listen("a")();
  expect(calls).toEqual(["wake", "a false"]);
  expect(error).toHaveBeenCalledOnce();
  expect(surroundings.isOffline()).toBe(true);
});
