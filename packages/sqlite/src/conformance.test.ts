import { describeLog } from "@sluice/log/conformance";
import { drivers } from "./drivers.test-kit.js";
import { openHarness } from "./harness.test-kit.js";

for (const driver of drivers) {
  describeLog(`sqliteLog on ${driver.name}`, (options) => openHarness(options, driver));
}
