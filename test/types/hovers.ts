import { fileURLToPath } from "node:url";
import ts from "typescript";

const folder = fileURLToPath(new URL("..", import.meta.url));
const config = ts.readConfigFile(`${folder}tsconfig.json`, ts.sys.readFile).config;
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);

/** Never written to disk: the language service is told that it stands beside this file. */
const fixture = `${folder}types/hovers.fixture.ts`;

/** What an editor shows of each name in a program that has an empty comment before it. The program must compile. */
export function hoversIn(text: string): readonly string[] {
  const service = ts.createLanguageService({
    getCompilationSettings: () => ({ ...options, noUnusedLocals: false, noUnusedParameters: false }),
    getScriptFileNames: () => [fixture],
    getScriptVersion: () => "1",
    getScriptSnapshot(file) {
      const found = file === fixture ? text : ts.sys.readFile(file);
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (file) => file === fixture || ts.sys.fileExists(file),
    readFile: ts.sys.readFile,
    ...(ts.sys.realpath && { realpath: ts.sys.realpath }),
  });
  const problems = [...service.getSyntacticDiagnostics(fixture), ...service.getSemanticDiagnostics(fixture)];
  const errors = problems.filter(({ category }) => category === ts.DiagnosticCategory.Error);
  if (errors[0]) throw new Error(ts.flattenDiagnosticMessageText(errors[0].messageText, "\n"));
  const marks = [...text.matchAll(/\/\*\*\//g)];
  return marks.map(({ index, 0: mark }) => {
    const { displayParts } = service.getQuickInfoAtPosition(fixture, index + mark.length) ?? {};
    return ts.displayPartsToString(displayParts);
  });
}
