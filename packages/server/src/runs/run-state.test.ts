import { describe, expect, it } from "vitest";
import { logged } from "../topic/entry.js";
import { isGoing, type RunEvent, type RunState, running, transition } from "./run-state.js";

const finished: RunEvent = { type: "finished", end: logged.end };
const interrupted: RunEvent = { type: "finished", end: logged.interrupted };
const [failed, appended, ended] = (["failed", "appended", "ended"] as const).map((type): RunEvent => ({ type })) as [
  RunEvent,
  RunEvent,
  RunEvent,
];
const after = (...events: readonly RunEvent[]): RunState => events.reduce(transition, running);

const rows: readonly (readonly [why: string, events: readonly RunEvent[], state: RunState])[] = [
  ["appends", [appended], running],
  ["waits for the store", [failed], { kind: "paused", attempts: 1 }],
  ["goes on waiting", [failed, failed, failed], { kind: "paused", attempts: 3 }],
  ["goes on when the store is back", [failed, failed, appended], running],
  ["counts anew after that", [failed, appended, failed], { kind: "paused", attempts: 1 }],
  ["is to end", [finished], { kind: "ending", end: logged.end, attempts: 0 }],
  ["is to end while it waits", [failed, interrupted], { kind: "ending", end: logged.interrupted, attempts: 0 }],
  ["ends as was said first", [finished, interrupted], { kind: "ending", end: logged.end, attempts: 0 }],
  ["waits for the store with its end", [finished, failed, failed], { kind: "ending", end: logged.end, attempts: 2 }],
  ["has no more to append when it is to end", [finished, appended], { kind: "ending", end: logged.end, attempts: 0 }],
  ["has ended", [finished, failed, ended], { kind: "over" }],
  ["was ended by others", [ended], { kind: "over" }],
  ["was ended by others while it waited", [failed, ended], { kind: "over" }],
  ["is over for good", [ended, failed, appended, interrupted, ended], { kind: "over" }],
];

describe("a run", () => {
  it.each(rows)("%s", (_why, events, state) => {
    expect(after(...events)).toEqual(state);
    expect(isGoing(after(...events))).toBe(state.kind === "running" || state.kind === "paused");
  });

  it("is the same object where nothing has changed", () => {
    for (const state of [after(), after(finished), after(ended)]) {
      expect(transition(state, appended)).toBe(state);
    }
  });
});
