import { basename } from "node:path";
import { expect, it } from "vitest";
import { nameOf } from "./project-name.js";
import { Refusal } from "./refusal.js";

it.each([
  ["my-app", "my-app"],
  ["apps/my_app.2", "my_app.2"],
  ["/projects/my-app/", "my-app"],
  ["@me/app", "@me/app"],
  [".", basename(process.cwd())],
])("names the project in %s %s", (target, name) => {
  expect(nameOf(target)).toBe(name);
});

it.each(["My-App", ".app", "_app", "my app", "äpp", "a".repeat(215), "/", "node_modules", "@me/App", "@Me/App", "x;y"])(
  "refuses %s as a name",
  (target) => {
    expect(() => nameOf(target)).toThrow(Refusal);
    expect(() => nameOf(target)).toThrow("can't be the name of a package");
  },
);
