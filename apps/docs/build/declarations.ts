import { join } from "node:path";
import ts from "typescript";

/** What an entry of a package exports: a name, and its declarations with their comments, as they are in its `.d.ts`. */
export interface Export {
  readonly name: string;
  readonly declarations: readonly ts.Statement[];
}

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  jsx: ts.JsxEmit.ReactJSX,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  declaration: true,
  emitDeclarationOnly: true,
  customConditions: ["@sluice/source"],
  types: ["node"],
};

/** Reads the exports of the entries with these paths from the repository's root. */
export function readExports(root: string, sources: readonly string[]): ReadonlyMap<string, readonly Export[]> {
  const files = sources.map((source) => join(root, source));
  const program = ts.createProgram(files, { ...compilerOptions, typeRoots: [join(root, "node_modules/@types")] });
  const checker = program.getTypeChecker();
  const emitted = new Map<string, ts.SourceFile>();

  function declarationsOf(file: ts.SourceFile): ts.SourceFile {
    const known = emitted.get(file.fileName);
    if (known) return known;
    let text = "";
    program.emit(file, (_name, written) => (text = written), undefined, true);
    const parsed = ts.createSourceFile(file.fileName, text, ts.ScriptTarget.ES2023, true);
    emitted.set(file.fileName, parsed);
    return parsed;
  }

  function read(file: string): Export[] {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile);
    return checker.getExportsOfModule(module as ts.Symbol).flatMap((symbol) => {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const first = target.declarations?.[0];
      if (!first) return [];
      const declared = declarationsOf(first.getSourceFile()).statements.filter((one) =>
        namesOf(one).includes(target.name),
      );
      return [{ name: symbol.name, declarations: declared }];
    });
  }
  return new Map(sources.map((source, index) => [source, read(files[index] as string)]));
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  const { name } = statement as ts.Statement & { readonly name?: ts.Node };
  return name ? [name.getText()] : [];
}
