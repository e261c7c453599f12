/** What a tab is to the others. */
export type Role =
  /** It takes no part: nothing is subscribed to, or the page is hidden for good, frozen or cached. */
  | { readonly kind: "away" }
  /** It is making itself known: others see by a lock of its own when it has gone. */
  | { readonly kind: "entering" }
  /** It waits for the lock of the leader, and knows no leader. */
  | { readonly kind: "seeking"; readonly silence: number }
  /** It waits for the lock, and another tab leads. */
  | { readonly kind: "following"; readonly leader: string; readonly silence: number }
  /** The leader doesn't answer, so its lock is being taken away. */
  | { readonly kind: "stealing" }
  | { readonly kind: "leading"; readonly leader: string }
  /** The platform refuses, as in a sandbox: every lane has a stream of its own, for good. */
  | { readonly kind: "barred" };

export type RoleEvent =
  /** There is something to share. */
  | { readonly type: "enter" }
  | { readonly type: "entered" }
  | { readonly type: "granted"; readonly leader: string }
  /** Another tab has stolen the lock. */
  | { readonly type: "deposed" }
  /** The leader has posted something. Only with `isLead` it says that it is the leader. */
  | { readonly type: "heard"; readonly leader: string; readonly isLead: boolean }
  | { readonly type: "resigned"; readonly leader: string }
  | { readonly type: "tick"; readonly isVisible: boolean }
  /** The page has become visible. */
  | { readonly type: "shown" }
  | { readonly type: "leave" }
  | { readonly type: "refused" };

/** Milliseconds between ticks. Ticks are counted, not time: a tab that was busy itself has heard nothing either. */
export const tickLength = 500;
/** Ticks of silence after which the leader is called, and called again. */
const callAt = 2;
/** Ticks of silence after which its lock is stolen: 2.5 s after the first call. */
const stealAt = callAt + 5;

export const away: Role = { kind: "away" };

/** The leader is due to be called. */
export const isCallDue = (silence: number): boolean => silence >= callAt && (silence - callAt) % 2 === 0;

/** The only place where a tab's role changes. Pure; returns the same object if nothing changes. */
export function transition(role: Role, event: RoleEvent): Role {
  if (role.kind === "barred") return role;
  const waits = role.kind === "seeking" || role.kind === "following";
  switch (event.type) {
    case "enter":
      return role.kind === "away" ? { kind: "entering" } : role;
    case "entered":
      return role.kind === "entering" ? { kind: "seeking", silence: callAt } : role;
    case "granted":
      return waits || role.kind === "stealing" ? { kind: "leading", leader: event.leader } : role;
    case "deposed":
      return role.kind === "leading" || role.kind === "stealing" ? { kind: "seeking", silence: callAt } : role;
    case "heard": {
      const { leader } = event;
      if (role.kind === "following" && role.leader === leader)
        return role.silence === 0 ? role : { ...role, silence: 0 };
      return waits && event.isLead ? { kind: "following", leader, silence: 0 } : role;
    }
    case "resigned":
      return role.kind === "following" && role.leader === event.leader ? { kind: "seeking", silence: callAt } : role;
    case "tick":
      if (!waits) return role;
      if (!event.isVisible) return role.silence === 0 ? role : { ...role, silence: 0 };
      return role.silence + 1 >= stealAt ? { kind: "stealing" } : { ...role, silence: role.silence + 1 };
    case "shown":
      return waits ? { ...role, silence: callAt } : role;
    case "leave":
      return role.kind === "away" ? role : away;
    case "refused":
      return role.kind === "away" ? role : { kind: "barred" };
  }
}
