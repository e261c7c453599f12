import { useQuery } from "@tanstack/react-query";
import { version } from "react";
import { version as domVersion } from "react-dom";
import { expect, test } from "vitest";

test("the hooks' tests run here with React 18", () => {
  expect([version, domVersion]).toEqual(["18.3.1", "18.3.1"]);
  expect(useQuery).toBeTypeOf("function");
});
