import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";

export interface Bundle {
  readonly code: string;
  /** Ids of the modules that are left, if only in part. */
  readonly modules: readonly string[];
}

/**
 * Bundles an application: the text of its entry, and that of the `./fixture-contract.js` it imports. Neither is written
 * to disk.
 */
export async function bundle(
  app: string,
  contract: string,
  format: "es" | "iife" = "es",
  mode: "development" | "production" = "production",
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
        load: (id) => files.get(id),
        // As the packages' builds do: see `tsup.production.config.ts`.
        transform: (code) =>
          code.replace(
            /^import \{ isDevelopment \} from "#development";$/m,
            `const isDevelopment = ${mode === "development"};`,
          ),
      },
    ],
  })) as Rolldown.RolldownOutput;
  const [chunk] = built.output;
  const modules = Object.entries(chunk.modules).filter(([, { renderedLength }]) => renderedLength > 0);
  return { code: chunk.code, modules: modules.map(([id]) => id) };
}
