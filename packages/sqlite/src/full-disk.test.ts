import { writeFileSync } from "node:fs";
import type { Log, LogError } from "@sluice/log";
import { describe, expect, it, onTestFinished } from "vitest";
import { driver } from "./drivers.test-kit.js";
import { event, numbered, openOn, pageOf } from "./opened.test-kit.js";
import { canMount, type SmallDisk, smallDisk } from "./small-disk.test-kit.js";
import { sqliteLog } from "./sqlite-log.js";

function aDisk(): SmallDisk {
  const disk = smallDisk() ?? expect.fail("it could be mounted before");
  onTestFinished(() => disk.remove());
  return disk;
}

const opening = (file: string) => () => {
  const database = driver.open(file);
  onTestFinished(() => void database.close());
  return sqliteLog({ database });
};

/** `troubled-file.test.ts` says the same of a file that may not grow, without a mount. */
describe.skipIf(!canMount)("sqliteLog, on a disk", () => {
  it("that is full: keeps what it acknowledged, rejects the rest, and goes on when there is room, each key once", async () => {
    const disk = aDisk();
    const { log } = openOn(disk.file, { retain: { events: 10_000 } });
    const { log: other } = openOn(disk.file);
    const acknowledged: string[] = [];
    const refused: string[] = [];
    const append = async (data: string) => {
      const answer = log.append("a", [event(data)], { idempotencyKey: data.slice(0, 8) });
      await answer.then(
        () => acknowledged.push(data),
        (error: LogError) => {
          expect(error).toMatchObject({ name: "LogError", code: "unavailable" });
          expect(error.message).toMatch(/^sqliteLog: .*full/);
          refused.push(data);
        },
      );
    };
    const text = (n: number) => `${n}`.padStart(8, "0").padEnd(500, "x");
    await append(text(0));
    disk.fill(400_000);
    for (let n = 1; refused.length < 5; n += 1) await append(text(n));
    expect(acknowledged.length).toBeGreaterThan(10);
    for (const each of [log, other]) {
      expect((await pageOf(each)).entries.map(({ data }) => data)).toEqual(acknowledged);
    }
    expect(await log.findAppend("a", refused[0]?.slice(0, 8) as string)).toBeUndefined();

    disk.clear();
    for (const data of refused.splice(0)) await append(data);
    for (const data of [...acknowledged]) await log.append("a", [event(data)], { idempotencyKey: data.slice(0, 8) });
    expect(refused).toEqual([]);
    expect((await pageOf(other)).entries.map(({ data }) => data)).toEqual(acknowledged);
  });

  // Where it fails depends on how far it comes.
  const rooms = [0, 1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20].map((pages) => pages * 8_192);
  it.each(rooms)(
    "that has room for %i bytes: is opened or says why not, and leaves no transaction behind",
    async (room) => {
      const disk = aDisk();
      const database = driver.open(disk.file);
      onTestFinished(() => void database.close());
      disk.fill(room);
      let log: Log | undefined;
      try {
        log = sqliteLog({ database });
      } catch (error) {
        expect((error as Error).message).toMatch(
          /^sqliteLog: the database can't be used: (database or disk is full|disk I\/O error)\.$/,
        );
      }
      disk.clear();
      log ??= sqliteLog({ database });
      await log.append("a", numbered(1));
      await log.close?.();
    },
  );

  it("that can't be written to: refuses it at once, and says so", async () => {
    const disk = aDisk();
    await openOn(disk.file).log.append("a", numbered(3));
    const file = disk.protectedFile();
    expect(() => writeFileSync(`${file}.x`, "")).toThrow(/EROFS/);
    expect(opening(file)).toThrow(/^sqliteLog: the database can't be used: .*(readonly|unable to open)/);
  });
});
