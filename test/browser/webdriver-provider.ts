import { defineBrowserProvider } from "@vitest/browser";
import type { BrowserProvider, BrowserProviderOption, TestProject } from "vitest/node";
import { type BrowserName, browserNames } from "../webdriver/browsers.ts";
import { type DrivenBrowser, startBrowser } from "../webdriver/driver.ts";

/** For Vitest's browser mode: opens its page in Firefox or WebKitGTK. The page does the rest over its own WebSocket. */
export const webdriver = (): BrowserProviderOption =>
  defineBrowserProvider({
    name: "webdriver",
    supportedBrowser: browserNames,
    options: {},
    providerFactory: createProvider,
  });

/** Vitest requires this before and after each test. Our tests neither resize nor take screenshots. */
const unusedCommands = ["__vitest_viewport", "__vitest_takeScreenshot"];

function createProvider(project: TestProject): BrowserProvider {
  let browser: Promise<DrivenBrowser> | undefined;
  for (const name of unusedCommands) project.browser?.registerCommand(name as never, (async () => {}) as never);
  return {
    name: "webdriver",
    supportsParallelism: false,
    getCommandsContext: () => ({}),
    async openPage(_sessionId, url) {
      browser ??= startBrowser(project.config.browser.name as BrowserName);
      await (await browser).open(url);
    },
    async close() {
      await (await browser)?.[Symbol.asyncDispose]();
      browser = undefined;
    },
  };
}
