import { OutgoingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** What a response's writes pass through in Node, and where tools put theirs to see them. */
const steps = ["write", "_send", "_writeRaw"] as const;

const nodesOwn = steps.map((step) => [step, Reflect.get(OutgoingMessage.prototype, step)] as const);

/** A tool that was loaded before this has its own `write` there, and then nothing may go past it, ever. */
const isUntouched = Function.prototype.toString.call(OutgoingMessage.prototype.write).includes("write_(this,");

/** How often somebody has looked at the `write` of a response that something goes past, perhaps to put another in its place. */
let looks = 0;

const versions = new WeakMap<object, () => number>();

/**
 * Gives a number that changes when something may have been put in the way of responses that were made like this one: one function for all of
 * them. Negative: something is.
 */
export function versionOf(res: ServerResponse): () => number {
  const prototype = prototypeOf(res);
  let version = versions.get(prototype);
  if (!version) {
    const isNodesOwn = () => isUntouched && nodesOwn.every(([step, own]) => Reflect.get(prototype, step) === own);
    version = () => (isNodesOwn() ? looks : -1);
    versions.set(prototype, version);
  }
  return version;
}

/**
 * The socket, if bytes written to it are what the response would have written: an HTTP/1.1 response whose turn on the
 * socket it is, that frames its body as chunks itself, that nobody wraps or encodes, and that holds nothing back.
 */
export function straightWay(res: ServerResponse): Socket | undefined {
  const { socket } = res;
  if (!socket || !res.chunkedEncoding || !res.headersSent || res.hasHeader("content-encoding")) return undefined;
  if (versionOf(res)() < 0 || steps.some((step) => isReplaced(res, step))) return undefined;
  return res.writableLength === socket.writableLength ? socket : undefined;
}

function isReplaced(res: ServerResponse, step: string): boolean {
  const own = Object.getOwnPropertyDescriptor(res, step);
  return own !== undefined && own.get !== watched.get;
}

/**
 * Whoever wraps a response's `write` reads it first, or assigns to it. The functions are the same for all responses, so that an open stream
 * costs one field.
 */
const watched = {
  configurable: true,
  enumerable: false,
  get(this: object): unknown {
    looks++;
    // Taken out of its descriptor, as spies do, it belongs to no response.
    return this instanceof ServerResponse ? prototypeOf(this).write : ServerResponse.prototype.write;
  },
  set(this: object, value: unknown): void {
    looks++;
    Object.defineProperty(this, "write", { value, writable: true, enumerable: true, configurable: true });
  },
};

/** From now on, `versionOf` tells of looks at this response's `write`. */
export function watchWrite(res: ServerResponse): void {
  if (!Object.hasOwn(res, "write")) Object.defineProperty(res, "write", watched);
}

/** Writes to a response that is watched: one's own look is none that has to be told. */
export const writeUnseen = (res: ServerResponse, text: string | Uint8Array): boolean =>
  (prototypeOf(res).write as (text: string | Uint8Array) => boolean).call(res, text);

const prototypeOf = (res: ServerResponse): ServerResponse => Object.getPrototypeOf(res);
