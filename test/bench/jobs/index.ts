import { calls } from "./calls.ts";
import { fanOut } from "./fan-out.ts";
import { generators } from "./generators.ts";
import { idle } from "./idle.ts";
import type { Job } from "./job.ts";
import { opening } from "./opening.ts";
import { publish } from "./publish.ts";
import { replay } from "./replay.ts";

export const jobs: readonly Job[] = [fanOut(1), fanOut(16), replay, generators, idle, opening, calls, publish];
