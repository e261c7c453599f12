import { describe, expect, it } from "vitest";
import { boardTopic, isBehind } from "./board.js";
import { changes, firstEdition } from "./edition.js";
import { History } from "./history.js";

const at = (offset: number, mark = `m${offset}`) => ({ epoch: "e", offset, mark: offset === 0 ? "0" : mark });
const entry = (offset: number, type: string, data: object) => ({
  ...{ cursor: at(offset), type, data: JSON.stringify(data), time: 0 },
});

/** One event of the first version, and then the second version. */
function published(): History {
  const history = new History();
  history.drop(boardTopic, at(0));
  history.add(boardTopic, at(0), [entry(1, "item", { n: 1 })]);
  history.add(boardTopic, at(1), [entry(2, "$version", { version: 2 }), entry(3, "item", { n: 2 })]);
  return history;
}

describe("a server of the older contract", () => {
  const old = { edition: firstEdition };

  it("is behind a topic that has a newer version", () => {
    expect(isBehind(published(), old, boardTopic)).toBe(true);
    expect(isBehind(published(), { edition: changes[3]?.new ?? expect.fail() }, boardTopic)).toBe(false);
    expect(isBehind(published(), old, "board/news")).toBe(false);
  });

  it("was behind a topic that has lost its newer version since the server began, and not one that had lost it before", () => {
    const history = published();
    history.turn(boardTopic, at(0), at(1));
    expect(isBehind(history, { ...old, losses: 0 }, boardTopic)).toBe(true);
    expect(isBehind(history, { ...old, losses: 1 }, boardTopic)).toBe(false);
    expect(isBehind(history, old, boardTopic)).toBe(false);
  });
});
