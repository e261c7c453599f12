/** The functions that a child process offers. */
export type Methods = Readonly<Record<string, (argument: never) => unknown>>;

export interface Call {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** Answers the parent's calls in this child process. */
export function answerCalls(methods: Methods): void {
  process.on("message", async ({ id, method, argument }: Call) => {
    let answer: Answer;
    try {
      answer = { id, result: await methods[method]?.(argument as never) };
    } catch (error) {
      answer = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    process.send?.(answer);
  });
  process.on("disconnect", () => process.exit());
}
