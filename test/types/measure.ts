import { fileURLToPath } from "node:url";
import ts from "typescript";

const folder = fileURLToPath(new URL("..", import.meta.url));
/** Never written to disk: the compiler is told that it stands beside this file. */
const fixture = `${folder}types/program.fixture.ts`;
const config = ts.readConfigFile(`${folder}tsconfig.json`, ts.sys.readFile).config;
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);

/** All but the fixture are the same for every program, and take longer to read than to check. */
const files = new Map<string, ts.SourceFile | undefined>();

export interface Cost {
  readonly instantiations: number;
  readonly errors: readonly string[];
}

/** Type-checks a program against the packages' sources, and returns the cost. */
export function measure(text: string): Cost {
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === fixture || fileExists(name);
  host.getSourceFile = (name, format) => {
    if (name === fixture) return ts.createSourceFile(name, text, format);
    if (!files.has(name)) files.set(name, getSourceFile(name, format));
    return files.get(name);
  };
  const compiled = ts.createProgram([fixture], options, host);
  const source = compiled.getSourceFile(fixture);
  const problems = [...compiled.getSyntacticDiagnostics(source), ...compiled.getSemanticDiagnostics(source)];
  return {
    instantiations: compiled.getInstantiationCount(),
    errors: problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
  };
}
