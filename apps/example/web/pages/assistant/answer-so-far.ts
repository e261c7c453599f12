import type { EventOf } from "@sluice/contract";
import type { contract } from "../../../shared/contract.ts";

export interface AnswerSoFar {
  readonly text: string;
  readonly tokens: number;
  /** The server's figures about the finished answer. */
  readonly done: { readonly tokens: number; readonly ms: number; readonly stopped: boolean } | undefined;
}

const nothing: AnswerSoFar = { text: "", tokens: 0, done: undefined };

function step(answer: AnswerSoFar, event: EventOf<typeof contract.assistant.complete>): AnswerSoFar {
  if (event.type === "done") return { ...answer, done: event.data };
  return { ...answer, text: answer.text + event.data, tokens: answer.tokens + 1 };
}

export const answerSoFar = { key: "answer", initial: nothing, step };
