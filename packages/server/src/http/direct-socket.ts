import { OutgoingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** The methods that a response's writes go through in Node. Instruments replace them. */
const writeMethods = ["write", "_send", "_writeRaw"] as const;

type WriteMethods = { readonly [M in (typeof writeMethods)[number]]?: unknown };

/** Node's own, one by one: they are compared for each write. */
const { write, _send, _writeRaw }: WriteMethods = OutgoingMessage.prototype as object;

/** An instrument that was loaded earlier has replaced `write` already. Then nothing may bypass a response, ever. */
const isNodeWrite = Function.prototype.toString.call(OutgoingMessage.prototype.write).includes("write_(this,");

/**
 * Counts reads of, and assignments to, `write` on bypassed responses: each may be an instrument that is about to wrap
 * it.
 */
let writeAccesses = 0;

const versions = new WeakMap<object, () => number>();

/**
 * Returns a function, shared by all responses with this prototype. Its number changes when an instrument may have
 * wrapped one of their writes. It is negative while the prototype's methods are not Node's own.
 */
export function versionOf(res: ServerResponse): () => number {
  const prototype = prototypeOf(res);
  let version = versions.get(prototype);
  if (!version) {
    const methods: WriteMethods = prototype as object;
    const isUnwrapped = () =>
      isNodeWrite && methods.write === write && methods._send === _send && methods._writeRaw === _writeRaw;
    version = () => (isUnwrapped() ? writeAccesses : -1);
    versions.set(prototype, version);
  }
  return version;
}

/**
 * The response's socket, if writing to it has the same effect as writing to the response. That holds for an HTTP/1.1
 * response that owns the socket, uses chunked encoding, is not wrapped or compressed, and has nothing buffered of its
 * own.
 */
export function directSocketOf(res: ServerResponse): Socket | undefined {
  const { socket } = res;
  if (!socket || !res.chunkedEncoding || !res.headersSent || res.hasHeader("content-encoding")) return undefined;
  if (versionOf(res)() < 0 || writeMethods.some((method) => isReplaced(res, method))) return undefined;
  return res.writableLength === socket.writableLength ? socket : undefined;
}

function isReplaced(res: ServerResponse, method: string): boolean {
  const own = Object.getOwnPropertyDescriptor(res, method);
  return own !== undefined && own.get !== watched.get;
}

/**
 * Code that wraps a response's `write` first reads it, or assigns to it. The accessors are shared by all responses, so
 * an open stream costs one field.
 */
const watched = {
  configurable: true,
  enumerable: false,
  get(this: object): unknown {
    writeAccesses++;
    // Spies call the getter from its descriptor, with another `this`.
    return this instanceof ServerResponse ? prototypeOf(this).write : ServerResponse.prototype.write;
  },
  set(this: object, value: unknown): void {
    writeAccesses++;
    Object.defineProperty(this, "write", { value, writable: true, enumerable: true, configurable: true });
  },
};

/** From now on, reads and assignments of this response's `write` change its version. */
export function watchWrite(res: ServerResponse): void {
  if (!Object.hasOwn(res, "write")) Object.defineProperty(res, "write", watched);
}

/** Writes to a watched response without changing its version. */
export const writeUnwatched = (res: ServerResponse, text: string | Uint8Array): boolean =>
  (prototypeOf(res).write as (text: string | Uint8Array) => boolean).call(res, text);

const prototypeOf = (res: ServerResponse): ServerResponse => Object.getPrototypeOf(res);
