import { calls } from "./calls.ts";
import { engineDelivery } from "./engines-delivery.ts";
import { engineFanOut } from "./engines-fan-out.ts";
import { enginePublishes } from "./engines-publish.ts";
import { fanOut } from "./fan-out.ts";
import { generators } from "./generators.ts";
import { herd } from "./herd.ts";
import { idle } from "./idle.ts";
import type { Job } from "./job.ts";
import { laneMemory, streamMemory } from "./lane-memory.ts";
import { lanes } from "./lanes.ts";
import { merge, newcomer } from "./merge.ts";
import { opening } from "./opening.ts";
import { publish } from "./publish.ts";
import { replay } from "./replay.ts";
import { storm } from "./storm.ts";

export const jobs: readonly Job[] = [
  fanOut(1),
  fanOut(16),
  lanes(12),
  lanes(1),
  replay,
  generators,
  idle,
  streamMemory,
  laneMemory,
  opening,
  newcomer,
  merge,
  herd,
  storm,
  calls,
  publish,
  ...enginePublishes,
  engineDelivery,
  engineFanOut,
];
