import { memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import { hello, read, setUp, turns } from "../resumable.test-kit.js";

it("a run is started once by processes that found none at the same time, and another input is refused", async () => {
  const log = memoryLog();
  let looking = 0;
  let go = () => {};
  const bothLooked = new Promise<void>((resolve) => (go = resolve));
  const slow: typeof log = {
    ...log,
    async open(topic, options) {
      const opened = await log.open(topic, options);
      if (options.limit === 0) {
        if (++looking === 2) go();
        await bothLooked;
      }
      return opened;
    },
  };
  const [one, two] = [setUp({ log: slow }), setUp({ log: slow })];
  const first = read(one);
  await turns();
  const other = read(two, { ...hello, prompt: "other" });
  await expect(other.done).rejects.toMatchObject({ code: "conflict" });
  await one.steps(5);
  await first.done;
  expect([first.text(), two.starts]).toEqual(["hello", []]);
});
