import type { BrowserName } from "./browsers.ts";
import { startFirefox } from "./firefox.ts";
import { startWebKit } from "./webkit.ts";

export interface DrivenBrowser {
  /** Opens a window of its own, or a tab in the window of the tab that was opened last, which it hides (not in WebKit). */
  open(url: string, type?: "window" | "tab"): Promise<DrivenPage>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface DrivenPage {
  goto(url: string): Promise<void>;
  /** Runs a function in the page, which may not be async, and gives what it returns, as JSON. */
  evaluate<Args extends unknown[], Result>(run: (...args: Args) => Result, ...args: Args): Promise<Result>;
  close(): Promise<void>;
}

/**
 * Starts a browser that is installed here, and that no npm package can drive: playwright patches its own builds.
 *
 * @throws Error if it doesn't start within 50 s.
 * @example await using browser = await startBrowser("firefox");
 */
export async function startBrowser(name: BrowserName): Promise<DrivenBrowser> {
  const { send, stop } = await (name === "firefox" ? startFirefox() : startWebKit());
  const [first] = (await send("windows")) as string[];
  let opened: string | undefined;
  // One after another, because the session has one current window.
  let last: Promise<unknown> = Promise.resolve();
  const inWindow = <T>(handle: string | undefined, run: () => Promise<T>): Promise<T> => {
    const next = last.then(async () => {
      // Without the focus, a tab that another one hides stays hidden.
      await send("switch", { handle, focus: false });
      return run();
    });
    last = next.catch(() => {});
    return next;
  };
  return {
    async open(url, type = "window") {
      // From the first window, which stays: a new one is opened by one that is alive.
      const from = type === "tab" ? (opened ?? first) : first;
      const { handle } = (await inWindow(from, () => send("newWindow", { type, focus: true }))) as { handle: string };
      opened = handle;
      const page: DrivenPage = {
        goto: async (to) => void (await inWindow(handle, () => send("navigate", { url: to }))),
        // By the page's own eval: Firefox runs a driver's scripts beside the page, with a global object of their own.
        evaluate: (run, ...args) =>
          inWindow(handle, () => {
            const script = "return window.eval(arguments[0]).apply(null, arguments[1])";
            return send("script", { script, args: [`(${run})`, args] });
          }) as Promise<never>,
        close: async () => void (await inWindow(handle, () => send("closeWindow"))),
      };
      await page.goto(url);
      return page;
    },
    [Symbol.asyncDispose]: stop,
  };
}
