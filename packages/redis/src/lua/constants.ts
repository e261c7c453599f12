import type { EngineSettings } from "@sluice/log/engine";
import { finite, never } from "../calls/cursors.js";

/** Most bytes of entries that a wake-up carries. Larger ones are read by each server that serves the topic. */
const mostCarried = 4_096;

export interface ScriptSettings extends Omit<EngineSettings, "now"> {
  readonly publish: "PUBLISH" | "SPUBLISH";
  /** Milliseconds that are added to Redis's time, in Lua. For tests. */
  readonly shift: string;
}

/** What is in front of each script of an engine. Servers with equal options have equal scripts. */
export function constantsLua({ retentions, dedupe, idle, publish, shift }: ScriptSettings): string {
  const { events, bytes, age, stateTtl } = retentions.base;
  const numbers = [events, bytes, age, stateTtl, dedupe.age, dedupe.keys, idle, mostCarried, never].map(finite);
  return `local EVENTS, BYTES, AGE, STATE_TTL, DEDUPE_AGE, DEDUPE_KEYS, IDLE, CARRIED, NEVER = ${numbers.join(", ")}
local PUBLISH, SHIFT = '${publish}', ${shift}
`;
}
