import { expect, it } from "vitest";
import { parseArguments } from "./arguments.js";
import { Refusal } from "./refusal.js";

it.each([
  [["my-app"], {}, { target: "my-app", template: "express", help: false }],
  [["my-app", "--next"], {}, { target: "my-app", template: "next", help: false }],
  [["--next", "my-app"], {}, { target: "my-app", template: "next", help: false }],
  // pnpm and Yarn hand down what npm takes away.
  [["my-app", "--", "--next"], {}, { target: "my-app", template: "next", help: false }],
  [["my-app"], { npm_config_next: "true" }, { target: "my-app", template: "next", help: false }],
  [[], {}, { target: undefined, template: "express", help: false }],
  [["-h"], {}, { target: undefined, template: "express", help: true }],
])("reads %j, with the environment %j", (args, env, expected) => {
  expect(parseArguments(args, env)).toEqual(expected);
});

it.each([
  [["my-app", "--nxt"], "--nxt is no option; allowed are --next and --help."],
  [["--next=yes"], "--next=yes is no option"],
  [["my", "app"], 'One project at a time: "my" or "app"?'],
])("refuses %j", (args, sentence) => {
  expect(() => parseArguments(args, {})).toThrow(Refusal);
  expect(() => parseArguments(args, {})).toThrow(sentence);
});
