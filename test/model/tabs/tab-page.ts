import type { ClientOptions, Clock } from "@sluice/client";
import type { FakeTab } from "../../../packages/client/src/test-kit/browser.test-kit.js";
import { scaledClock } from "../scaled-clock.js";

type Fetch = NonNullable<ClientOptions["fetch"]>;

/** A tab's time: what is due runs as a task of the tab, so not while it is frozen, and never once it has crashed. */
export function clockOf(tab: FakeTab): Clock {
  return {
    now: scaledClock.now,
    setTimeout(run, ms) {
      const timer: { isCleared: boolean; handle?: unknown } = { isCleared: false };
      timer.handle = scaledClock.setTimeout(() => tab.task(() => timer.isCleared || run()), ms);
      return timer;
    },
    clearTimeout(given) {
      const timer = given as { isCleared: boolean; handle?: unknown };
      timer.isCleared = true;
      scaledClock.clearTimeout(timer.handle as never);
    },
  };
}

/** A tab's network: what comes, comes as a task of the tab. With the tab, its connections go. */
export function fetchOf(tab: FakeTab, network: typeof globalThis.fetch, gone: AbortSignal): Fetch {
  const inTab = <T>(coming: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      coming.then(
        (value) => tab.task(() => resolve(value)),
        (error) => tab.task(() => reject(error)),
      );
    });
  return async (address, { signal, ...init }) => {
    const either = AbortSignal.any([gone, ...(signal ? [signal] : [])]);
    const response = await inTab(network(address, { ...init, signal: either }));
    const { status, headers, body } = response;
    return {
      status,
      headers,
      text: () => inTab(response.text()),
      body: body && {
        getReader() {
          const reader = body.getReader();
          return { read: () => inTab(reader.read()), cancel: () => reader.cancel() };
        },
      },
    };
  };
}
