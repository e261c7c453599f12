import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

// Never written to disk: the language service gets it as a virtual file next to this one.
const fixture = fileURLToPath(new URL("./quick-info.fixture.ts", import.meta.url));
const source = `
import * as z from "zod";
import { defineContract, type EventDataOf, type EventInputOf, type EventOf, type InputOf, type OutputOf } from "./index.js";
import { type ParsedInputOf, query, type StateOf, subscription } from "./index.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), { decode: (t) => new Date(t), encode: (d) => d.toISOString() });
const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({
        matchId: z.string(),
        limit: z.int().default(10),
        view: z.object({ lang: z.string().default("en"), since: isoDate.optional() }),
      }),
      events: {
        goal: z.object({ team: z.enum(["home", "away"]), by: z.object({ name: z.string(), shirt: z.int() }) }),
        fullTime: z.object({ at: isoDate }),
      },
      state: {
        schema: z.object({ home: z.int(), away: z.int(), scorers: z.array(z.object({ name: z.string() })) }),
        initial: { home: 0, away: 0, scorers: [] },
        apply: { goal: (state) => state },
      },
    }),
    list: query({ output: z.array(z.object({ id: z.string(), at: isoDate })) }),
  },
});
type Watch = typeof contract.scores.watch;

type Input = InputOf<Watch>;
type ParsedInput = ParsedInputOf<Watch>;
type Event = EventOf<Watch>;
type EventInput = EventInputOf<Watch>;
type Goal = EventDataOf<Watch, "goal">;
type State = StateOf<Watch>;
type List = OutputOf<typeof contract.scores.list>;
`;

const folder = fileURLToPath(new URL("..", import.meta.url));
const config = ts.readConfigFile(`${folder}/tsconfig.json`, ts.sys.readFile).config;
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);

const service = ts.createLanguageService({
  getCompilationSettings: () => options,
  getScriptFileNames: () => [fixture],
  getScriptVersion: () => "1",
  getScriptSnapshot: (file) => {
    const text = file === fixture ? source : ts.sys.readFile(file);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  getCurrentDirectory: () => folder,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (file) => file === fixture || ts.sys.fileExists(file),
  readFile: ts.sys.readFile,
  ...(ts.sys.realpath && { realpath: ts.sys.realpath }),
});

/** The text that an editor shows for the name of a type. */
function hover(name: string): string {
  const position = source.indexOf(`type ${name} =`) + "type ".length;
  return ts.displayPartsToString(service.getQuickInfoAtPosition(fixture, position)?.displayParts);
}

test("the fixture compiles, so the following tests are meaningful", { timeout: 30_000 }, () => {
  const problems = [...service.getSyntacticDiagnostics(fixture), ...service.getSemanticDiagnostics(fixture)];
  const errors = problems.filter(({ category }) => category === ts.DiagnosticCategory.Error);
  const unused = 6196;
  expect(errors.filter(({ code }) => code !== unused).map(({ messageText }) => messageText)).toEqual([]);
});

test("an editor shows an input as the caller writes it", () => {
  expect(hover("Input")).toMatchInlineSnapshot(`
    "type Input = {
        matchId: string;
        view: {
            lang?: string | undefined;
            since?: Date | undefined;
        };
        limit?: number | undefined;
    }"
  `);
});

test("an editor shows a parsed input with its defaults", () => {
  expect(hover("ParsedInput")).toMatchInlineSnapshot(`
    "type ParsedInput = {
        matchId: string;
        limit: number;
        view: {
            lang: string;
            since?: Date | undefined;
        };
    }"
  `);
});

test("an editor shows events as a union of plain shapes", () => {
  expect(hover("Event")).toMatchInlineSnapshot(`
    "type Event = {
        type: "goal";
        data: {
            team: "home" | "away";
            by: {
                name: string;
                shirt: number;
            };
        };
        id: string;
    } | {
        type: "fullTime";
        data: {
            at: Date;
        };
        id: string;
    }"
  `);
  expect(hover("EventInput")).toMatchInlineSnapshot(`
    "type EventInput = {
        type: "goal";
        data: {
            team: "home" | "away";
            by: {
                name: string;
                shirt: number;
            };
        };
    } | {
        type: "fullTime";
        data: {
            at: Date;
        };
    }"
  `);
  expect(hover("Goal")).toMatchInlineSnapshot(`
    "type Goal = {
        team: "home" | "away";
        by: {
            name: string;
            shirt: number;
        };
    }"
  `);
});

test("an editor shows state and output as plain shapes", () => {
  expect(hover("State")).toMatchInlineSnapshot(`
    "type State = {
        home: number;
        away: number;
        scorers: {
            name: string;
        }[];
    }"
  `);
  expect(hover("List")).toMatchInlineSnapshot(`
    "type List = {
        id: string;
        at: Date;
    }[]"
  `);
});
