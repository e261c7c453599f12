import { expect, it, vi } from "vitest";
import { describeWith } from "../support/describe-with.js";
import { browserNames, missingOf } from "../webdriver/browsers.js";
import { startBrowser } from "../webdriver/driver.js";
import { eventually, expectComplete, moreEvents, openTabs, shownBy } from "./shown.js";
import { startSite } from "./site.js";

vi.setConfig({ testTimeout: 120_000 });

for (const name of browserNames) {
  describeWith(missingOf(name), `in ${name}`, () => {
    it("two tabs share the streams of one, and nothing is lost when that one leaves, comes back and is closed", async () => {
      await using site = await startSite();
      await using browser = await startBrowser(name);
      const [leader, other] = await openTabs(site, 2, browser.open);
      if (!leader || !other) throw new Error("unreachable");
      const stop = site.publish();
      await moreEvents(other);
      expect(site.tabs).toHaveLength(1);

      await leader.goto(`${site.url}other`);
      await eventually(async () => site.tabs).toEqual([(await shownBy(other)).tab]);
      await moreEvents(other);
      await leader.evaluate(() => history.back());
      await eventually(async () => (await shownBy(leader))?.statuses.at(-1)).toBe("live");
      await moreEvents(leader);
      await eventually(() => site.tabs).toHaveLength(1);

      await other.close();
      await eventually(async () => site.tabs).toEqual([(await shownBy(leader)).tab]);
      await moreEvents(leader);
      await stop();
      // WebKit has kept the page in its back-forward cache; in Firefox it is a new one.
      await expectComplete(site, [leader], name === "webkit" ? ["cached"] : []);
    });
  });
}
