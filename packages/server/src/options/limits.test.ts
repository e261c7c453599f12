import { shown } from "@sluice/contract/internal";
import { describe, expect, it } from "vitest";
import { limitsFrom } from "./limits.js";

const defaults = limitsFrom();

describe("limits", () => {
  it("are the given values, and defaults for the rest", () => {
    expect(limitsFrom({ streams: 5, bufferedBytes: undefined as never })).toEqual({ ...defaults, streams: 5 });
  });

  it.each(Object.keys(defaults))("refuse an invalid %s, and say what is allowed", (name) => {
    for (const value of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, "1" as never]) {
      expect(() => limitsFrom({ [name]: value })).toThrow(
        `limits.${name} is ${shown(value)}; allowed are whole numbers`,
      );
    }
  });

  it("refuse bufferedBytes below 1,024", () => {
    expect(() => limitsFrom({ bufferedBytes: 1_023 })).toThrow(
      "limits.bufferedBytes is 1023; allowed are whole numbers of at least 1024.",
    );
    expect(limitsFrom({ bufferedBytes: 1_024 }).bufferedBytes).toBe(1_024);
  });

  it("refuse an unknown limit, and list the known ones", () => {
    expect(() => limitsFrom({ conections: 5 } as never)).toThrow(/limits\.conections is not a known limit; .*streams/);
  });
});
