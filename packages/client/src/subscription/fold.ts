import { type AnySubscription, codecOf, isErrorNamed, SluiceError } from "@sluice/contract";
import type { EventFrame, OpenFrame, ResetFrame } from "@sluice/contract/wire";
import { guarded } from "../platform/report.js";
import type { TopicFrame } from "../transport/transport.js";
import type { Reset } from "./handlers.js";
import type { ResumeTracker } from "./resume-tracker.js";
import type { SkippedEvent } from "./skipped-event.js";

/** An event in the types of code, whatever the procedure. */
export interface AnyEvent {
  readonly type: string;
  readonly data: unknown;
  readonly id: string;
}

export type KnownState = { readonly known: false } | { readonly known: true; readonly value: unknown };
const unknownState: KnownState = { known: false };

interface FoldSink {
  /** An event that was applied; position and state have moved already. */
  event(event: AnyEvent): void;
  /** The state changed. */
  state(value: unknown): void;
  /** A state came that nothing is known of: it stays what it is, whatever events follow. */
  snapshot?(value: unknown): void;
  reset(reset: Reset): void;
}

/** Applies a topic's frames: position and state move together, then the sink is told. */
export interface Fold {
  readonly state: KnownState;
  opened(frame: OpenFrame): void;
  /** @throws SluiceError `contractMismatch` or `protocol`, and then nothing has moved. */
  apply(frame: TopicFrame, open: OpenFrame): void;
}

export interface FoldOptions {
  readonly procedure: AnySubscription;
  readonly tracker: ResumeTracker;
  readonly sink: FoldSink;
  readonly onSkippedEvent: ((event: SkippedEvent) => void) | undefined;
  /** False for a reader of events alone: it is as strict, but keeps no state. Default: true. */
  readonly keepState?: boolean;
}

type Apply = (state: unknown, data: unknown) => unknown;

export function createFold({ procedure, tracker, sink, onSkippedEvent, keepState = true }: FoldOptions): Fold {
  const { path, state: definition } = procedure;
  const { eventDecoder, decodeState, createFoldStep } = codecOf(procedure);
  // A reader of events alone is the only one who has them.
  const { adopt, run } = createFoldStep(path);
  const applies = new Map<string, Apply>();
  for (const [type, apply] of Object.entries(definition?.apply ?? {})) applies.set(type, apply as Apply);
  const folds = definition !== undefined && keepState;
  let state: KnownState = unknownState;
  let awaitsSnapshot = false;

  const mismatch = (what: string, cause: unknown) =>
    new SluiceError("contractMismatch", { message: `${what} of ${path} does not fit the contract.`, cause });

  function passOver({ type, data, id }: EventFrame, error?: unknown): void {
    if (definition) throw mismatch(`An event "${type}"`, error);
    tracker.commit();
    guarded(onSkippedEvent, { path, type, id, data, ...(error === undefined ? {} : { error }) });
  }

  function applyEvent(frame: EventFrame, open: OpenFrame) {
    const step = tracker.judge(frame.id, open.stream !== "stream");
    if (step === "applied") return;
    if (step === "foreign") throw outOfOrder(`an event of another epoch (${frame.id}) without a $reset`);
    if (awaitsSnapshot) throw outOfOrder("an event where a $snapshot was due");
    const decode = eventDecoder(frame.type);
    if (!decode) return passOver(frame);
    let data: unknown;
    try {
      data = decode(JSON.parse(frame.data));
      if (keepState) adopt(data);
    } catch (error) {
      return passOver(frame, error);
    }
    const before = state.known ? state.value : definition?.initial;
    const after = folds ? foldOne(frame, before, data) : undefined;
    tracker.commit();
    const changed = folds && !(state.known && Object.is(before, after));
    if (changed) state = { known: true, value: after };
    if (step === "diverged") sink.reset({ reason: "diverged", oldest: frame.id as string, head: frame.id as string });
    if (step !== "told") {
      const event = { type: frame.type, data, id: frame.id ?? tracker.cursor ?? "" };
      sink.event(keepState ? Object.freeze(event) : event);
    }
    if (changed) sink.state(after);
  }

  function foldOne({ type, id }: EventFrame, before: unknown, data: unknown): unknown {
    const apply = applies.get(type);
    if (!apply) return before;
    try {
      return run(type, apply, before, data);
    } catch (error) {
      // A step says best what it has changed in place.
      if (isErrorNamed(error, "ChangedInPlaceError")) {
        throw new SluiceError("contractMismatch", { message: error.message, cause: error });
      }
      throw mismatch(`Applying "${type}" (${id})`, error);
    }
  }

  function swap(json: string, id: string) {
    let value: unknown;
    try {
      value = adopt(decodeState(JSON.parse(json)));
    } catch (error) {
      throw mismatch("A snapshot", error);
    }
    if (!definition) {
      tracker.moveTo(id, true);
      return sink.snapshot?.(value);
    }
    const leapt = tracker.swapTo(id);
    awaitsSnapshot = false;
    if (leapt) sink.reset({ reason: "resync", oldest: id, head: id });
    if (!folds) return;
    state = { known: true, value };
    sink.state(value);
  }

  function reset({ reason, oldest, head }: ResetFrame): void {
    tracker.reset();
    awaitsSnapshot = definition !== undefined;
    sink.reset({ reason, oldest, head });
  }

  return {
    get state() {
      return state;
    },
    opened({ stream }) {
      // A log's state comes as a snapshot; a generator's begins with its first event.
      awaitsSnapshot = definition !== undefined && stream === "live" && tracker.resumeFrom === undefined;
      const startsOver = stream === "stream" && tracker.resumeFrom === undefined;
      tracker.opened();
      if (!folds || !startsOver) return;
      state = { known: true, value: definition.initial };
      sink.state(state.value);
    },
    apply(frame, open) {
      switch (frame.kind) {
        case "event":
          return applyEvent(frame, open);
        case "snapshot":
          return swap(frame.data, frame.id);
        case "reset":
          return reset(frame);
        case "live":
        case "at":
          if (awaitsSnapshot) return; // what it names is not what is shown
          if (tracker.judge(frame.id, open.stream !== "stream") === "foreign") {
            throw outOfOrder(`$${frame.kind} of another epoch (${frame.id}) without a $reset`);
          }
          return tracker.moveTo(frame.id, open.stream !== "stream");
        default:
          frame satisfies never;
      }
    },
  };
}

const outOfOrder = (what: string) => new SluiceError("protocol", { message: `The stream has ${what}.` });
