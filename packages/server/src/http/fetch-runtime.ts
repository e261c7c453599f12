import type { Lifetime } from "../time/lifetime.js";

/** What a runtime passes to a handler after the request. */
interface RuntimeArgument {
  /** Bun's server: sets the seconds that a request may be silent. */
  timeout?(request: Request, seconds: number): void;
  /** Deno's information about a request: settles with its response, and rejects if the client left before. */
  readonly completed?: Promise<void>;
  /** Node's request, as `@hono/node-server` passes it on. */
  readonly incoming?: { readonly socket?: ClosingSocket };
}

interface ClosingSocket {
  once(event: "close", listener: () => void): unknown;
}

const isDeno = "Deno" in globalThis;

/** The signal that aborts when the client leaves, if it is needed. */
export function signalOf(request: Request, argument: unknown): AbortSignal | undefined {
  // In Deno, the signal of a server's request also aborts after each response, and Deno warns of it if anyone listens.
  return isDeno && completedOf(argument) ? undefined : request.signal;
}

/** Ends a lifetime when the client leaves, where the request's signal and the body's `cancel` don't say it. */
export function watchClient(argument: unknown, lifetime: Lifetime): void {
  if (isDeno) completedOf(argument)?.catch(() => lifetime.end());
  const { socket } = (argument as RuntimeArgument | undefined)?.incoming ?? {};
  if (typeof socket?.once === "function") endWithSocket(lifetime, socket);
}

/** The lifetimes of the responses on a connection: several if the client pipelines. */
const onSocket = new WeakMap<ClosingSocket, Set<Lifetime>>();

/** Node tells nobody that a response is void which waited for the ones ahead of it on its connection. */
function endWithSocket(lifetime: Lifetime, socket: ClosingSocket): void {
  let lifetimes = onSocket.get(socket);
  if (!lifetimes) {
    const all = new Set<Lifetime>();
    lifetimes = all;
    onSocket.set(socket, all);
    socket.once("close", () => {
      for (const each of all) each.end();
    });
  }
  const open = lifetimes.add(lifetime);
  lifetime.watch({ onEnd: () => void open.delete(lifetime) });
}

/** Bun cuts a response that is silent for 10 seconds. Heartbeats come less often. */
export function keepOpen(request: Request, argument: unknown): void {
  if (!("Bun" in globalThis)) return;
  const server = argument as RuntimeArgument | undefined;
  if (typeof server?.timeout === "function") server.timeout(request, 0);
}

const completedOf = (argument: unknown): Promise<void> | undefined =>
  (argument as RuntimeArgument | undefined)?.completed;
