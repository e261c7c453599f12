import { expect, it } from "vitest";
import { away, isCallDue, type Role, type RoleEvent, transition } from "./role.js";

const seeking: Role = { kind: "seeking", silence: 0 };
const quiet: Role = { kind: "seeking", silence: 2 };
const following: Role = { kind: "following", leader: "l", silence: 1 };
const leading: Role = { kind: "leading", leader: "me" };
const heard = (leader: string, isLead = false): RoleEvent => ({ type: "heard", leader, isLead });
const tick: RoleEvent = { type: "tick", isVisible: true };
const hiddenTick: RoleEvent = { type: "tick", isVisible: false };
const granted: RoleEvent = { type: "granted", leader: "me" };

const roles: Record<Role["kind"], Role> = {
  away,
  entering: { kind: "entering" },
  seeking,
  following,
  stealing: { kind: "stealing" },
  leading,
  barred: { kind: "barred" },
};

const events: Record<string, RoleEvent> = {
  enter: { type: "enter" },
  entered: { type: "entered" },
  granted,
  deposed: { type: "deposed" },
  "heard of a leader": heard("m", true),
  "heard something else": heard("m"),
  "heard its leader": heard("l"),
  "its leader resigned": { type: "resigned", leader: "l" },
  "another resigned": { type: "resigned", leader: "m" },
  tick,
  "tick while hidden": hiddenTick,
  shown: { type: "shown" },
  leave: { type: "leave" },
  refused: { type: "refused" },
};

/** What changes; in all other cases the role stays as it is. */
const changes: Partial<Record<Role["kind"], Partial<Record<keyof typeof events, Role>>>> = {
  away: { enter: roles.entering },
  entering: { entered: quiet, leave: away, refused: roles.barred },
  seeking: {
    granted: leading,
    "heard of a leader": { kind: "following", leader: "m", silence: 0 },
    tick: { kind: "seeking", silence: 1 },
    shown: quiet,
    leave: away,
    refused: roles.barred,
  },
  following: {
    granted: leading,
    "heard of a leader": { kind: "following", leader: "m", silence: 0 },
    "heard its leader": { kind: "following", leader: "l", silence: 0 },
    "its leader resigned": quiet,
    tick: { kind: "following", leader: "l", silence: 2 },
    "tick while hidden": { kind: "following", leader: "l", silence: 0 },
    shown: { kind: "following", leader: "l", silence: 2 },
    leave: away,
    refused: roles.barred,
  },
  stealing: { granted: leading, deposed: quiet, leave: away, refused: roles.barred },
  leading: { deposed: quiet, leave: away, refused: roles.barred },
};

const cases = Object.values(roles).flatMap((role) =>
  Object.entries(events).map(([name, event]) => [role.kind, name, role, event] as const),
);

it.each(cases)("%s: %s", (kind, name, role, event) => {
  const after = transition(role, event);
  const change = changes[kind]?.[name];
  if (change) expect(after).toEqual(change);
  else expect(after).toBe(role);
});

it("calls a leader that is silent each second, and takes its place 2.5 seconds after the first call", () => {
  let role: Role = { kind: "following", leader: "l", silence: 0 };
  const calls: number[] = [];
  let ticks = 0;
  while ("silence" in role) {
    role = transition(role, tick);
    ticks++;
    if ("silence" in role && isCallDue(role.silence)) calls.push(ticks * 500);
  }
  expect(role).toEqual({ kind: "stealing" });
  expect(calls).toEqual([1_000, 2_000, 3_000]);
  expect(ticks * 500).toBe(3_500);
});

it("never takes the lock while it is hidden", () => {
  let role: Role = following;
  for (let i = 0; i < 100; i++) role = transition(role, hiddenTick);
  expect(role).toEqual({ ...following, silence: 0 });
});
