import { Refusal } from "./refusal.js";

export type Template = "express" | "next";

export interface Arguments {
  /** The folder, as it was given. */
  readonly target: string | undefined;
  readonly template: Template;
  readonly help: boolean;
}

/** @throws Refusal for an option that isn't one, and for a second folder. */
export function parseArguments(args: readonly string[], env: NodeJS.ProcessEnv): Arguments {
  const options = args.filter((arg) => arg.startsWith("-") && arg !== "--");
  const [target, ...others] = args.filter((arg) => !arg.startsWith("-"));
  const unknown = options.find((option) => !["--next", "--help", "-h"].includes(option));
  if (unknown !== undefined) throw new Refusal(`${unknown} is no option; allowed are --next and --help.`);
  if (others.length > 0) {
    throw new Refusal(`One project at a time: "${target}" or "${others[0]}"? A name has no spaces.`);
  }
  // Without the `--` before it, npm takes an option for itself, and hands it down in this way.
  const isNext = options.includes("--next") || env["npm_config_next"] === "true";
  return {
    target,
    template: isNext ? "next" : "express",
    help: options.some((option) => option === "--help" || option === "-h"),
  };
}
