import { describe, expect, it } from "vitest";
import { limitsFrom } from "./limits.js";

const defaults = limitsFrom();

describe("limits", () => {
  it("are what was given, and the defaults for the rest", () => {
    expect(limitsFrom({ connections: 5, bufferedBytes: undefined as never })).toEqual({ ...defaults, connections: 5 });
  });

  it.each(Object.keys(defaults))("refuses a %s that is none, and says what is allowed", (name) => {
    for (const value of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, "1" as never]) {
      expect(() => limitsFrom({ [name]: value })).toThrow(`limits.${name} is ${value}; allowed are whole numbers`);
    }
  });

  it("refuses to hand sockets less than a useful piece", () => {
    expect(() => limitsFrom({ bufferedBytes: 1_023 })).toThrow(
      "limits.bufferedBytes is 1023; allowed are whole numbers from 1024 on.",
    );
    expect(limitsFrom({ bufferedBytes: 1_024 }).bufferedBytes).toBe(1_024);
  });

  it("refuses what is no limit, and names those there are", () => {
    expect(() => limitsFrom({ conections: 5 } as never)).toThrow(/limits\.conections is not a known limit; .*connections/);
  });
});
