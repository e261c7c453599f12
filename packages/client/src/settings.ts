import { defaultMaxFrame } from "@sluice/contract/wire";
import type { ClientOptions } from "./client-options.js";
import { maxDelay, systemClock } from "./platform/clock.js";
import { clockOf, randomOf } from "./platform/fallback.js";
import type { ClientSettings } from "./procedure/settings.js";
import { createSkippedPrinter } from "./subscription/skipped-event.js";
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
  const { id, url, headers, fetch, credentials, onUnauthorized, retry = {}, onSkippedEvent } = options;
  const { clock = systemClock } = options;
  if (typeof url !== "string" || !/^(https?:\/\/[^/?#]|\/(?!\/))[^?#]*$/.test(url)) {
    throw wrong("url", url, 'a path such as "/api" or an absolute http(s) URL, without query and hash');
  }
  if (!url.startsWith("/")) attempt("url", () => new URL(url));
  if (typeof headers !== "function") attempt("headers", () => new Headers(headers as HeadersInit));
  if (id !== undefined && (typeof id !== "string" || id === "")) throw wrong("id", id, "a text that is not empty");
  checkNames("retry.", retry, ["base", "max", "random"]);
  checkFunction("fetch", fetch);
  checkFunction("onUnauthorized", onUnauthorized);
  checkFunction("onSkippedEvent", onSkippedEvent);
  checkFunction("retry.random", retry.random);
  for (const method of ["now", "setTimeout", "clearTimeout", "monotonic"] as const)
    checkFunction(`clock.${method}`, clock[method], method !== "monotonic");
  if (credentials !== undefined && !["omit", "same-origin", "include"].includes(credentials)) {
    throw wrong("credentials", credentials, '"omit", "same-origin" or "include"');
  }
  const base = milliseconds("retry.base", retry.base, 1_000);
  const max = milliseconds("retry.max", retry.max, 30_000);
  const settings: TransportSettings = {
    url: url.replace(/\/+$/, ""),
    headers: typeof headers === "function" ? headers : () => headers ?? {},
    fetch: (...args) => (fetch ?? globalThis.fetch)(...args),
    credentials,
    refresher: createRefresher(onUnauthorized),
    retry: { base, max, random: retry.random ? randomOf(retry.random) : Math.random },
    connectTimeout: milliseconds("connectTimeout", options.connectTimeout, 10_000, 1),
    maxFrame: milliseconds("maxFrame", options.maxFrame, defaultMaxFrame, 1, "a number of characters from 1"),
    clock: options.clock ? clockOf(options.clock) : systemClock,
  };
  return {
    ...settings,
    id: id ?? `client-${++clients}`,
    transport: createDirectTransport(settings),
    linger: milliseconds("linger", options.linger, 1_000),
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

const wrong = (option: string, given: unknown, allowed: string) =>
  new TypeError(`Client option "${option}" is ${show(given)}; allowed is ${allowed}.`);

/** What the platform refuses is refused at once, and not request by request. */
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
    throw new TypeError(
      `Client options${prefix && ` "${prefix.slice(0, -1)}"`} are ${show(options)}; allowed is an object.`,
    );
  }
  for (const name of Object.keys(options)) {
    if (allowed.includes(name)) continue;
    throw new TypeError(`Client option "${prefix}${name}" is unknown; allowed are ${allowed.join(", ")}.`);
  }
}

function checkFunction(option: string, given: unknown, required = false): void {
  if (typeof given === "function" || (given === undefined && !required)) return;
  throw wrong(option, given, "a function");
}

function milliseconds(
  option: string,
  given: number | undefined,
  fallback: number,
  least = 0,
  allowed = `a number of milliseconds from ${least} to ${maxDelay}`,
): number {
  if (given === undefined) return fallback;
  if (typeof given === "number" && given >= least && given <= maxDelay) return given;
  throw wrong(option, given, allowed);
}
