import { expect, it } from "vitest";
import { TurnEnd } from "./turn-end.js";

const turn = () => new Promise((resolve) => setImmediate(resolve));

it("calls all listeners of a turn from one callback, and those that come meanwhile after the next turn", async () => {
  const turnEnd = new TurnEnd();
  const calls: string[] = [];
  const late = { onTurnEnd: () => void calls.push("late") };
  turnEnd.add({ onTurnEnd: () => void calls.push("a") });
  turnEnd.add({
    onTurnEnd() {
      queueMicrotask(() => calls.push("after"));
      calls.push("b");
      turnEnd.add(late);
    },
  });
  turnEnd.add({ onTurnEnd: () => void calls.push("c") });
  expect(calls).toEqual([]);
  await turn();
  expect(calls).toEqual(["a", "b", "c", "after"]);
  await turn();
  expect(calls).toEqual(["a", "b", "c", "after", "late"]);
});
