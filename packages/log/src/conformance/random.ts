import { expect } from "vitest";
import type { LogCase, LogCaseContext } from "./log-case.js";
import { LogModel } from "./model.js";
import { type Random, seededRandom } from "./seeded-random.js";

const steps = 150;
const seeds = [1, 2, 3, 4];

/** Only two values, so that a lost tail often grows again with equal entries at the same offsets. */
function someData(random: Random): string[] {
  return Array.from({ length: 1 + random.below(4) }, () => String(random.below(2)));
}

async function step(model: LogModel, random: Random): Promise<void> {
  const [cursor, other] = [random.pick(model.cursors), random.pick(model.cursors)];
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2:
      return model.append(someData(random), random.below(3) ? undefined : `key${random.below(6)}`);
    case 3:
      return model.trim(cursor);
    case 4:
      return model.saveSnapshot(cursor);
    case 5:
      return model.read(random.pick(["oldest", { last: random.below(10) }]), random.below(6));
    case 6:
      // A forged cursor: the offset of one and the mark of another.
      return model.read({ ...cursor, mark: other.mark }, 1 + random.below(9));
    default:
      return model.read(cursor, 1 + random.below(9));
  }
}

async function runSeeds(context: LogCaseContext, stateful: boolean, fails: boolean): Promise<void> {
  for (const seed of seeds) {
    const random = seededRandom(seed);
    const model = new LogModel(context.log, `random/${seed}`, stateful);
    await model.open();
    for (let i = 0; i < steps; i += 1) {
      try {
        if (fails && i % 15 === 14) {
          const lost = Math.min(random.below(4), model.untrimmed);
          await context.failover(model.topic, lost);
          await model.lose(lost);
        }
        await step(model, random);
      } catch (error) {
        expect.fail(`seed ${seed}, step ${i}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    await model.readAll();
  }
}

export const randomCases: readonly LogCase[] = [
  {
    name: "keeps its promises through random appends, trims, reads and snapshots",
    run: (context) => runSeeds(context, false, false),
  },
  {
    name: "keeps its promises through random use of a stateful topic",
    options: { retain: { events: 5 } },
    run: (context) => runSeeds(context, true, false),
  },
  {
    name: "keeps its promises through random losses of the tail",
    needs: ["failover"],
    run: (context) => runSeeds(context, false, true),
  },
];
