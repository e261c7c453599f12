import { defaultMaxFrame } from "@sluice/contract/wire";
import type { ClientOptions } from "./client-options.js";
import { maxDelay, systemClock } from "./platform/clock.js";
import { clockOf, randomOf } from "./platform/fallback.js";
import type { ClientSettings } from "./procedure/settings.js";
import { createSkippedPrinter } from "./subscription/skipped-event.js";
import { closable } from "./transport/closable.js";
import { createDirectTransport } from "./transport/direct.js";
import type { TransportSettings } from "./transport/settings.js";
import { createRefresher } from "./wire/refresh.js";

let clients = 0;

/** @throws TypeError naming the option, what was given, and what is allowed. */
export function settingsOf(options: ClientOptions): ClientSettings {
  checkNames("", options, optionNames);
  for (const name of ["AbortController", "Headers", "TextDecoder"] as const) {
    if (typeof globalThis[name] === "function") continue;
    throw new TypeError(`This runtime has no ${name}: load a polyfill before a client is made.`);
  }
  const { id, url, headers, fetch, credentials, onUnauthorized, retry = {}, onSkippedEvent, clock } = options;
  const isUrl = typeof url === "string" && /^(https?:\/\/[^/?#]|\/(?!\/))[^?#]*$/.test(url);
  check(isUrl, "url", url, 'a path such as "/api" or an absolute http(s) URL, without query and hash');
  if (!url.startsWith("/")) attempt("url", () => new URL(url));
  const isFunction = typeof headers === "function";
  if (!isFunction) attempt("headers", () => new Headers(headers as HeadersInit));
  check(id === undefined || (typeof id === "string" && id !== ""), "id", id, "a text that is not empty");
  checkNames("retry.", retry, ["base", "max", "random"]);
  checkFunctions("", { fetch, onUnauthorized, onSkippedEvent });
  checkFunctions("retry.", { random: retry.random });
  if (clock) {
    const { now, setTimeout, clearTimeout, monotonic = now } = clock;
    checkFunctions("clock.", { now, setTimeout, clearTimeout, monotonic }, true);
  }
  const isKnown = [undefined, "omit", "same-origin", "include"].includes(credentials);
  check(isKnown, "credentials", credentials, '"omit", "same-origin" or "include"');
  const settings: TransportSettings = {
    url: url.replace(/\/+$/, ""),
    headers: isFunction ? headers : () => headers ?? {},
    fetch: (...args) => (fetch ?? globalThis.fetch)(...args),
    credentials,
    refresher: createRefresher(onUnauthorized),
    retry: {
      base: number("retry.base", retry.base, 1_000),
      max: number("retry.max", retry.max, 30_000),
      random: retry.random ? randomOf(retry.random) : Math.random,
    },
    connectTimeout: number("connectTimeout", options.connectTimeout, 10_000, 1),
    maxFrame: number("maxFrame", options.maxFrame, defaultMaxFrame, 1, "a number of characters from 1"),
    clock: clock ? clockOf(clock) : systemClock,
  };
  const controller = new AbortController();
  const closing = controller.signal;
  return {
    ...settings,
    id: id ?? `client-${++clients}`,
    closing,
    close: () => controller.abort(),
    transport: closable(createDirectTransport(settings), closing, settings.clock),
    linger: number("linger", options.linger, 1_000),
    onSkippedEvent: onSkippedEvent ?? createSkippedPrinter(),
  };
}

const optionNames = [
  "id",
  "url",
  "headers",
  "fetch",
  "credentials",
  "onUnauthorized",
  "retry",
  "connectTimeout",
  "linger",
  "maxFrame",
  "onSkippedEvent",
  "clock",
] as const satisfies (keyof ClientOptions)[];

function check(isAllowed: boolean, option: string, given: unknown, allowed: string): void {
  if (!isAllowed) throw new TypeError(`Client option "${option}" is ${show(given)}; allowed is ${allowed}.`);
}

/** Refuses at once what the platform would refuse request by request. */
function attempt(option: string, use: () => unknown): void {
  try {
    use();
  } catch (cause) {
    throw new TypeError(`Client option "${option}" cannot be used: ${(cause as Error).message}`, { cause });
  }
}

const show = (value: unknown) => (typeof value === "string" ? JSON.stringify(value) : String(value));

function checkNames(prefix: string, options: object, allowed: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    const which = prefix && ` "${prefix.slice(0, -1)}"`;
    throw new TypeError(`Client options${which} are ${show(options)}; allowed is an object.`);
  }
  for (const name of Object.keys(options)) {
    if (allowed.includes(name)) continue;
    throw new TypeError(`Client option "${prefix}${name}" is unknown; allowed are ${allowed.join(", ")}.`);
  }
}

function checkFunctions(prefix: string, all: object, isRequired = false): void {
  for (const [name, given] of Object.entries(all)) {
    const isAllowed = typeof given === "function" || (given === undefined && !isRequired);
    check(isAllowed, prefix + name, given, "a function");
  }
}

function number(
  option: string,
  given: number | undefined,
  fallback: number,
  least = 0,
  allowed = `a number of milliseconds from ${least} to ${maxDelay}`,
): number {
  if (given === undefined) return fallback;
  check(typeof given === "number" && given >= least && given <= maxDelay, option, given, allowed);
  return given;
}
