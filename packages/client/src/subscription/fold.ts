import { type AnySubscription, SluiceError } from "@sluice/contract";
import { codecOf, isErrorNamed, own } from "@sluice/contract/internal";
import { type EventFrame, type OpenFrame, textNumber } from "@sluice/contract/wire";
import { isDevelopment } from "#development";
import { guarded } from "../platform/report.js";
import type { TopicFrame } from "../transport/transport.js";
import { mismatch, protocolError } from "../wire/failure.js";
import type { Reset } from "./handlers.js";
import type { ResumeTracker } from "./resume-tracker.js";
import type { SkippedEvent } from "./skipped-event.js";

/** An event of any procedure, decoded. */
export interface AnyEvent {
  readonly type: string;
  readonly data: unknown;
  readonly id: string;
}

export interface KnownState {
  readonly known: boolean;
  readonly value?: unknown;
}

interface FoldSink {
  /** An event was applied; cursor and state have moved already. */
  event(event: AnyEvent): void;
  tell(...told: Told): void;
}

type Told =
  /** The state changed. */
  | [name: "onState", value: unknown]
  /** A snapshot of a state that the client can't fold, for want of a contract. */
  | [name: "onSnapshot", value: unknown]
  | [name: "onReset", reset: Reset];

/** Applies a topic's frames: moves cursor and state together, then calls the sink. */
export interface Fold {
  /** The state, if the contract declares one, else the latest event. A gap in history doesn't change that. */
  readonly shown: KnownState;
  opened(frame: OpenFrame): void;
  /** @throws SluiceError `contractMismatch` or `protocol`. Then cursor and state haven't moved. */
  apply(frame: TopicFrame): void;
}

export interface FoldOptions {
  readonly procedure: AnySubscription;
  readonly tracker: ResumeTracker;
  readonly sink: FoldSink;
  readonly settings: { readonly onSkippedEvent: ((event: SkippedEvent) => void) | undefined };
  /** False: checks as strictly, but keeps no state. For a reader of events. Default: true. */
  readonly keepState?: boolean;
}

type Apply = (state: unknown, data: unknown) => unknown;

export function createFold({ procedure, tracker, sink, settings, keepState = true }: FoldOptions): Fold {
  const { path, state: definition } = procedure;
  const { eventDecoder, decodeState, createFoldStep } = codecOf(procedure);
  const { adopt, run } = createFoldStep(path);
  const applies = (definition?.apply ?? {}) as Readonly<Record<string, Apply | undefined>>;
  const hasState = definition !== undefined;
  const folds = hasState && keepState;
  let shown: KnownState = { known: false, value: definition?.initial };
  let awaitsSnapshot = false;
  /** Whether ids are the cursors of a log. */
  let isOrdered = false;

  function become(value: unknown): void {
    shown = { known: true, value };
  }

  function passOver({ type, data, id }: EventFrame, error?: unknown): void {
    if (hasState) throw mismatch(`An event "${type}"`, procedure, error);
    tracker.commit();
    guarded(settings.onSkippedEvent, { path, type, id, data, error });
  }

  function applyEvent(frame: EventFrame) {
    const { type, id } = frame;
    const step = judge(id, "an event");
    if (step === "applied") return;
    if (awaitsSnapshot)
      throw protocolError(
        isDevelopment ? "The stream has an event where a $snapshot was due." : textNumber(19, type, id),
      );
    const decode = eventDecoder(type);
    if (!decode) return passOver(frame);
    let data: unknown;
    try {
      data = decode(JSON.parse(frame.data));
      if (keepState) adopt(data);
    } catch (error) {
      return passOver(frame, error);
    }
    const after = folds ? foldOne(frame, data) : undefined;
    tracker.commit();
    const changed = folds && !(shown.known && Object.is(shown.value, after));
    if (changed) become(after);
    if (step === "diverged") sink.tell("onReset", { reason: "diverged", oldest: id as string, head: id as string });
    if (step !== "told") {
      const event = { type, data, id: id ?? tracker.cursor ?? "" };
      if (keepState) Object.freeze(event);
      if (!hasState) become(event);
      sink.event(event);
    }
    if (changed) sink.tell("onState", after);
  }

  function foldOne({ type, id }: EventFrame, data: unknown): unknown {
    const apply = own(applies, type);
    if (!apply) return shown.value;
    try {
      return run(type, apply, shown.value, data);
    } catch (error) {
      // This error has the clearer message.
      if (isDevelopment && isErrorNamed(error, "ChangedInPlaceError")) {
        throw new SluiceError("contractMismatch", { message: error.message, cause: error });
      }
      throw mismatch(`Applying "${type}" (${id})`, procedure, error);
    }
  }

  function swap(json: string, id: string) {
    let state: unknown;
    try {
      state = adopt(decodeState(JSON.parse(json)));
    } catch (error) {
      throw mismatch("A snapshot", procedure, error);
    }
    if (!definition) {
      tracker.moveTo(id, true);
      return sink.tell("onSnapshot", state);
    }
    const leapt = tracker.swapTo(id);
    awaitsSnapshot = false;
    if (leapt) sink.tell("onReset", { reason: "resync", oldest: id, head: id });
    if (folds) show(state);
  }

  function show(state: unknown): void {
    become(state);
    sink.tell("onState", state);
  }

  function judge(id: string | undefined, what: string) {
    const step = tracker.judge(id, isOrdered);
    if (step === "foreign") {
      throw protocolError(
        isDevelopment ? `The stream has ${what} of another epoch (${id}) without a $reset.` : textNumber(20, what, id),
      );
    }
    return step;
  }

  return {
    get shown() {
      return shown;
    },
    opened({ stream }) {
      isOrdered = stream !== "stream";
      const isNew = tracker.resumeFrom === undefined;
      // The state of a log comes as a snapshot; that of a generator starts with its first event.
      awaitsSnapshot = hasState && stream === "live" && isNew;
      tracker.opened();
      if (folds && !isOrdered && isNew) show(definition.initial);
    },
    apply(frame) {
      switch (frame.kind) {
        case "event":
          return applyEvent(frame);
        case "snapshot":
          return swap(frame.data, frame.id);
        case "reset": {
          const { reason, oldest, head } = frame;
          tracker.reset();
          awaitsSnapshot = hasState;
          return sink.tell("onReset", { reason, oldest, head });
        }
        case "live":
        case "at":
          if (awaitsSnapshot) return; // its cursor isn't that of the state shown
          judge(frame.id, `$${frame.kind}`);
          return tracker.moveTo(frame.id, isOrdered);
        default:
          frame satisfies never;
      }
    },
  };
}
