import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import { describeWith } from "../support/describe-with.js";
import { eventually, expectComplete, moreEvents, openTabs, shownBy } from "../tabs/shown.js";
import { startSite } from "../tabs/site.js";
import { browserNames, missingOf } from "../webdriver/browsers.js";
import { type DrivenPage, startBrowser } from "../webdriver/driver.js";

vi.setConfig({ testTimeout: 240_000 });

const visibilityOf = (tab: DrivenPage) => tab.evaluate(() => document.visibilityState);

for (const name of browserNames) {
  describeWith(missingOf(name), `in ${name}`, () => {
    it("credentials are renewed once for all tabs, each time, and no tab misses an event", async () => {
      await using site = await startSite();
      await using browser = await startBrowser(name);
      const tabs = await openTabs(site, 3, (url) => browser.open(url));
      const stop = site.publish();
      for (const renewals of [1, 2]) {
        await moreEvents(tabs[2] as DrivenPage);
        await site.expire();
        await eventually(() => site.renewals).toBe(renewals);
        for (const tab of tabs) await moreEvents(tab);
        expect(site.renewals).toBe(renewals);
      }
      await stop();
      await expectComplete(site, tabs);
      expect(site.tabs).toHaveLength(1);
    });
  });
}

// The other browsers that run here never hide a tab.
describeWith(missingOf("firefox"), "in firefox alone", () => {
  it("a hidden tab leads on, its timers throttled, and a visible one follows it; closed, it is followed by that", async () => {
    await using site = await startSite();
    await using browser = await startBrowser("firefox");
    const types = ["window", "tab", "tab"] as const;
    let opened = 0;
    const [leader, hidden, visible] = (await openTabs(site, 3, (url) => browser.open(url, types[opened++]))) as [
      DrivenPage,
      DrivenPage,
      DrivenPage,
    ];
    await eventually(() => Promise.all([leader, hidden, visible].map(visibilityOf))).toEqual([
      "hidden",
      "hidden",
      "visible",
    ]);
    const stop = site.publish();
    const { tab } = await shownBy(leader);
    // Long enough for the visible one to take a leader's place that doesn't answer, more than once.
    const end = performance.now() + 8_000;
    while (performance.now() < end) {
      await moreEvents(visible);
      expect(site.tabs).toEqual([tab]);
      await sleep(200);
    }
    await moreEvents(hidden);
    await leader.close();
    await eventually(() => site.tabs.includes(tab)).toBe(false);
    await moreEvents(hidden);
    await moreEvents(visible);
    await stop();
    await expectComplete(site, [hidden, visible]);
    expect(site.tabs).toHaveLength(1);
  });
});
