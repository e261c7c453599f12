import { textNumber } from "@sluice/contract/wire";
import { isDevelopment } from "#development";
import type { ClientOptions } from "./client-options.js";
import { systemClock } from "./platform/clock.js";
import { clockOf, randomOf } from "./platform/fallback.js";
import { pageSurroundings, surroundingsOf } from "./platform/wake.js";
import type { ClientSettings } from "./procedure/settings.js";
import { createSkippedPrinter } from "./subscription/skipped-event.js";
import { createTransport } from "./transport/client-transport.js";
import { closable } from "./transport/closable.js";
import type { TransportSettings } from "./transport/settings.js";
import { checkUrl } from "./url-option.js";
import { createRefresher } from "./wire/refresh.js";

let clients = 0;

/** @throws TypeError for an invalid `url`, or a runtime that lacks what a client needs. */
export function settingsOf(options: ClientOptions): ClientSettings {
  for (const name of ["AbortController", "Headers", "TextDecoder"] as const) {
    if (typeof globalThis[name] === "function") continue;
    throw new TypeError(
      isDevelopment ? `This runtime has no ${name}: load a polyfill before a client is made.` : textNumber(5, name),
    );
  }
  const { url, headers = {}, fetch, credentials, onUnauthorized, wake, clock: givenClock } = options;
  checkUrl(url);
  const { base = 1_000, max = 30_000, random } = options.retry ?? {};
  const clock = givenClock ? clockOf(givenClock) : systemClock;
  const settings: TransportSettings = {
    url: url.replace(/\/+$/, ""),
    headers: typeof headers === "function" ? headers : () => headers,
    fetch: (...args) => (fetch ?? globalThis.fetch)(...args),
    credentials,
    refresher: createRefresher(onUnauthorized, clock),
    retry: { base, max, random: random ? randomOf(random) : Math.random },
    connectTimeout: options.connectTimeout ?? 10_000,
    maxFrame: options.maxFrame,
    surroundings: wake ? surroundingsOf(wake) : pageSurroundings,
    clock,
  };
  const controller = new AbortController();
  const closing = controller.signal;
  const own = createTransport(settings, options.multiplex !== false);
  return {
    ...settings,
    id: options.id ?? `client-${++clients}`,
    closing,
    close: () => controller.abort(),
    transport: closable(options.tabs?.(own, settings, closing) ?? own, closing, clock),
    linger: options.linger ?? 1_000,
    onSkippedEvent: options.onSkippedEvent ?? createSkippedPrinter(),
  };
}
