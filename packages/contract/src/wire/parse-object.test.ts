import { expect, test } from "vitest";
import { parseObject } from "./parse-object.js";

test("reads a JSON object", () => {
  expect(parseObject('{"output":[1]}')).toEqual({ output: [1] });
});

test.each(["", "no json", "{", "1", "null", "[]", '"text"'])("%j holds no object", (text) => {
  expect(parseObject(text)).toBeUndefined();
});
