import { describeLog } from "@sluice/log/conformance";
import { drivers } from "./drivers.test-kit.js";
import { openHarness, tinyJournal } from "./harness.test-kit.js";

for (const driver of drivers) {
  describeLog(`sqliteLog on ${driver.name}`, (options) => openHarness(options, driver));
  describeLog(`sqliteLog on ${driver.name} with a tiny journal`, (options) =>
    openHarness(options, driver, tinyJournal),
  );
}
