import type { Clock } from "../platform/clock.js";
import { isOfLeader, type Message } from "./messages.js";
import type { Page } from "./page.js";
import { away, isCallDue, type Role, type RoleEvent, tickLength, transition } from "./role.js";
import { createTabChannel, type TabChannel } from "./tab-channel.js";

/** A tab's part among the tabs that share, from when it enters until it leaves. */
export interface Visit {
  /** The tab's name, new with each visit. */
  readonly tab: string;
  readonly channel: TabChannel;
}

export interface ElectionSink {
  /** Another tab leads. */
  following(leader: string, visit: Visit): void;
  /** This tab leads. */
  leading(leader: string, visit: Visit): void;
  /** This tab no longer leads, or has left. */
  resigned(): void;
  /** Nothing can be shared here, for good. */
  barred(): void;
  /** A message while this tab leads, or of the leader that it follows. */
  message(message: Message): void;
}

/** Decides which tab leads: the one that holds a lock. */
export interface Election {
  enter(): void;
  leave(): void;
  /** The page may have become visible. */
  shown(): void;
}

/** The lock that a tab holds as long as it takes part. */
export const presenceLock = (name: string, tab: string): string => `${name} ${tab}`;

interface HeldLock {
  release(): void;
}

export function createElection(
  page: Page,
  name: string,
  clock: Required<Pick<Clock, "setTimeout" | "clearTimeout">>,
  sink: ElectionSink,
): Election {
  let role: Role = away;
  let visit: (Visit & { readonly presence: HeldLock }) | undefined;
  let leadership: HeldLock | undefined;
  let timer: unknown;

  function dispatch(event: RoleEvent): void {
    const before = role;
    const after = transition(before, event);
    if (after === before) return;
    role = after;
    arm();
    if (role !== after) return; // the application's clock did that
    if (visit && "silence" in after && isCallDue(after.silence)) visit.channel.post({ kind: "call" });
    const leader = "leader" in after ? after.leader : undefined;
    if (after.kind !== before.kind || leader !== ("leader" in before ? before.leader : undefined)) enter(after, before);
  }

  function enter(entered: Role, before: Role): void {
    switch (entered.kind) {
      case "entering":
        startVisit();
        break;
      case "seeking":
        if (before.kind === "leading") visit?.channel.post({ kind: "resigned", leader: before.leader });
        queueUp();
        if (before.kind === "leading") sink.resigned();
        break;
      case "following":
        if (visit) sink.following(entered.leader, visit);
        break;
      case "stealing":
        leadership?.release();
        leadership = askToLead(true);
        break;
      case "leading":
        visit?.channel.post({ kind: "lead", leader: entered.leader });
        if (visit) sink.leading(entered.leader, visit);
        break;
      case "away":
      case "barred":
        endVisit();
        sink.resigned();
        if (entered.kind === "barred") sink.barred();
        break;
      default:
        entered satisfies never;
    }
  }

  function startVisit(): void {
    const tab = page.newId();
    const presence = hold(presenceLock(name, tab), false, () => dispatch({ type: "entered" }));
    try {
      visit = { tab, presence, channel: createTabChannel(page, name, onMessage) };
    } catch {
      presence.release();
      dispatch({ type: "refused" });
    }
  }

  function endVisit(): void {
    const [ending, held] = [visit, leadership];
    visit = undefined;
    leadership = undefined;
    held?.release();
    ending?.channel.close();
    ending?.presence.release();
  }

  /** Waits for its turn to lead. */
  function queueUp(): void {
    if (visit && !leadership) leadership = askToLead(false);
  }

  const askToLead = (steal: boolean): HeldLock => {
    const asked = hold(
      name,
      steal,
      () => dispatch({ type: "granted", leader: page.newId() }),
      () => {
        if (leadership === asked) leadership = undefined;
        dispatch({ type: "deposed" });
        queueUp(); // it may have been stolen before this tab knew that it had it
      },
    );
    return asked;
  };

  /** Holds a lock, once it is granted, until it is released or stolen. */
  function hold(lock: string, steal: boolean, granted: () => void, stolen?: () => void): HeldLock {
    const controller = new AbortController();
    let isReleased = false;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    page
      .lock(lock, steal ? { steal } : { signal: controller.signal }, () => {
        if (!isReleased) granted();
        return released;
      })
      .catch((error: unknown) => {
        if (isReleased) return;
        if ((error as Partial<Error> | undefined)?.name === "AbortError") stolen?.();
        else dispatch({ type: "refused" });
      });
    return {
      release() {
        isReleased = true;
        release();
        controller.abort();
      },
    };
  }

  function onMessage(message: Message) {
    if (message.kind === "resigned") return dispatch({ type: "resigned", leader: message.leader });
    if (role.kind === "leading") {
      if (message.kind === "call") visit?.channel.post({ kind: "lead", leader: role.leader });
      return sink.message(message);
    }
    if (!isOfLeader(message)) return;
    dispatch({ type: "heard", leader: message.leader, isLead: message.kind === "lead" });
    if (role.kind === "following" && role.leader === message.leader) sink.message(message);
  }

  /** Ticks while it waits in a visible page. */
  function arm() {
    if (mayTick() === (timer !== undefined)) return;
    const old = timer;
    timer = undefined;
    if (old !== undefined) return clock.clearTimeout(old);
    const set = clock.setTimeout(tick, tickLength);
    if (timer === undefined && mayTick()) timer = set;
    else clock.clearTimeout(set); // the application's clock did that
  }

  const mayTick = (): boolean => "silence" in role && page.isVisible();

  function tick(): void {
    timer = undefined;
    dispatch({ type: "tick", isVisible: page.isVisible() });
    arm();
  }

  return {
    enter: () => dispatch({ type: "enter" }),
    leave: () => dispatch({ type: "leave" }),
    shown() {
      if (page.isVisible()) dispatch({ type: "shown" });
    },
  };
}
