import { spawnSync } from "node:child_process";

/** For `describeWith`. */
export const missingCurl = spawnSync("curl", ["--version"]).status === 0 ? undefined : "curl not installed";
