import type { SluiceError } from "@sluice/client";
import { numberOf, type Post } from "./contract.ts";

interface Handlers {
  onEvent(event: { readonly data: Post }): void;
  onState(state: object): void;
  onReset(reset: { readonly reason: string }): void;
  onError(error: SluiceError): void;
  onEnd(): void;
  onConnection(connection: { readonly status: string; readonly error?: SluiceError | undefined }): void;
}

/** One subscription of a client, and all that it got. */
export class Member {
  readonly name: string;
  /** The posts that it applied, as numbers, in its order. */
  readonly numbers: number[] = [];
  /** Resets, in the order in which they came. */
  readonly resets: string[] = [];
  /** Errors and ends that are final. */
  readonly over: string[] = [];
  /** Codes of attempts that failed. */
  readonly failures = new Set<string>();
  state: object | undefined;
  status = "";
  /** How often its stream was over. */
  cuts = 0;
  readonly leave: () => void;

  constructor(name: string, subscribe: (handlers: Handlers) => () => void) {
    this.name = name;
    this.leave = subscribe({
      onEvent: ({ data }) => void this.numbers.push(numberOf(data)),
      onState: (state) => {
        this.state = state;
      },
      onReset: ({ reason }) => void this.resets.push(reason),
      onError: ({ code }) => void this.over.push(code),
      onEnd: () => void this.over.push("end"),
      onConnection: ({ status, error }) => {
        if (this.status === "live" && status !== "live") this.cuts += 1;
        if (error) this.failures.add(error.code);
        this.status = status;
      },
    });
  }
}

export type RoomMember = Member & { readonly room: number; readonly procedure: "feed" | "board" };
