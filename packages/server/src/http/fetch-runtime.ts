/** What a runtime passes to a handler after the request. */
interface RuntimeArgument {
  /** Bun's server: sets the seconds that a request may be silent. */
  timeout?(request: Request, seconds: number): void;
  /** Deno's information about a request: settles with its response, and rejects if the client left before. */
  readonly completed?: Promise<void>;
}

const isDeno = "Deno" in globalThis;

/** The signal that aborts when the client leaves, if it is needed. */
export function signalOf(request: Request, argument: unknown): AbortSignal | undefined {
  // In Deno, the signal of a server's request also aborts after each response, and Deno warns of it if anyone listens.
  return isDeno && completedOf(argument) ? undefined : request.signal;
}

/** In Deno, calls `onLeave` when the client leaves. */
export function watchClient(argument: unknown, onLeave: () => void): void {
  if (isDeno) completedOf(argument)?.catch(onLeave);
}

/** Bun cuts a response that is silent for 10 seconds. Heartbeats come less often. */
export function keepOpen(request: Request, argument: unknown): void {
  if (!("Bun" in globalThis)) return;
  const server = argument as RuntimeArgument | undefined;
  if (typeof server?.timeout === "function") server.timeout(request, 0);
}

const completedOf = (argument: unknown): Promise<void> | undefined =>
  (argument as RuntimeArgument | undefined)?.completed;
