import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { build, type Rolldown } from "vite";
import { production } from "../../private-names.js";

export interface Bundle {
  readonly code: string;
  /** Ids of the modules that are left, if only in part. */
  readonly modules: readonly string[];
}

/** What stands in for the module whose path has this end. */
export type Stub = readonly [pathEnd: string, code: string];

/**
 * Bundles an application: the text of its entry, and that of the `./fixture-contract.js` it imports. Neither is written
 * to disk.
 */
export async function bundle(
  app: string,
  contract: string,
  format: "es" | "iife" = "es",
  mode: "development" | "production" = "production",
  stubs: readonly Stub[] = [],
): Promise<Bundle> {
  const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const files = new Map([
    [here("./fixture-app.ts"), app],
    [here("./fixture-contract.ts"), contract],
  ]);
  const built = (await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@sluice/source", "module", "browser", mode] },
    build: { write: false, minify: true, rolldownOptions: { input: here("./fixture-app.ts"), output: { format } } },
    plugins: [
      {
        name: "fixture",
        enforce: "pre",
        resolveId: (id) =>
          files.has(id) ? id : id === "./fixture-contract.js" ? here("./fixture-contract.ts") : undefined,
        load: (id) => files.get(id) ?? stubs.find(([end]) => id.endsWith(end))?.[1],
        transform: (code, id) => asBuilt(code, id, mode),
      },
    ],
  })) as Rolldown.RolldownOutput;
  const [chunk] = built.output;
  const modules = Object.entries(chunk.modules).filter(([, { renderedLength }]) => renderedLength > 0);
  return { code: chunk.code, modules: modules.map(([id]) => id) };
}

/** What the packages' builds make of a module: see `tsup.production.config.ts`. */
async function asBuilt(code: string, id: string, mode: "development" | "production"): Promise<string> {
  const folded = code.replace(
    /^import \{ isDevelopment \} from "#development";$/m,
    `const isDevelopment = ${mode === "development"};`,
  );
  const [, name] = /\/packages\/(client|contract)\/src\//.exec(id) ?? [];
  if (mode === "development" || !name) return folded;
  const { minifySyntax } = production;
  const options = name === "client" ? production : { minifySyntax };
  return (await transform(folded, { ...options, loader: "ts", target: "es2023" })).code;
}
