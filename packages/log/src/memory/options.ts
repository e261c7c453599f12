import { optionChecks } from "../engine/check-options.js";
import { type EngineOptions, type EngineSettings, engineOptionNames, resolveEngineOptions } from "../engine/options.js";

/** Options of `memoryLog`. All numbers are whole, at least 1, or `Infinity` for no limit. */
export interface MemoryLogOptions extends EngineOptions {
  /**
   * Makes the log the only one of this name in the process. Each call with the same name returns the same log, even if a bundler or a
   * reload evaluates the module several times, or several copies of a package are loaded. All calls must have the same options.
   * Default: none, a new log.
   */
  readonly name?: string;
}

const checks = optionChecks("memoryLog");

export function resolveOptions(options: MemoryLogOptions): EngineSettings {
  checks.names("", options, { name: true, ...engineOptionNames });
  const { name } = options;
  if (name !== undefined && (typeof name !== "string" || name === ""))
    checks.fail(TypeError, "name", name, "a text, not empty");
  return resolveEngineOptions(options, checks);
}
