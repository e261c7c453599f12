import { SluiceError } from "@sluice/contract";
import { expect, it, vi } from "vitest";
import { createManualClock } from "../test-kit/manual-clock.test-kit.js";
import { createRefresher, type OnUnauthorized } from "./refresh.js";

const clock = createManualClock();
const refused = () => new SluiceError("unauthorized");
const failing: [what: string, fails: OnUnauthorized][] = [
  [
    "throws",
    () => {
      throw new Error("no session");
    },
  ],
  ["rejects", () => Promise.reject(new Error("no session"))],
  ["returns false", () => false],
];

it.each(failing)(
  "is asked once for all requests that were sent with the same credentials, also if it %s",
  async (_what, fails) => {
    const hook = vi.fn(fails);
    const { mark, refresh } = createRefresher(hook, clock);
    const marks = Array.from({ length: 200 }, mark);
    for (const each of marks) expect(await refresh(refused(), each)).toMatchObject({ code: "unauthorized" });
    expect(hook).toHaveBeenCalledTimes(1);
  },
);

it.each(failing)(
  "that %s is asked again for a request that was sent later, as the user may have come back",
  async (_what, fails) => {
    const hook = vi.fn(fails);
    const { mark, refresh } = createRefresher(hook, clock);
    const early = mark();
    await refresh(refused(), early);
    hook.mockImplementation(() => {});
    const late = mark();
    expect(await refresh(refused(), late)).toBeUndefined();
    // Renewed since both were sent.
    expect(await refresh(refused(), late)).toBeUndefined();
    expect(await refresh(refused(), early)).toBeUndefined();
    expect(hook).toHaveBeenCalledTimes(2);
    expect(await refresh(refused(), mark())).toBeUndefined();
    expect(hook).toHaveBeenCalledTimes(3);
  },
);

it.each(failing)("that %s is asked again for a stream that was opened before, and ends later", async (_what, fails) => {
  const hook = vi.fn(fails);
  const { mark, refresh } = createRefresher(hook, clock);
  const early = mark();
  await refresh(refused(), early);
  hook.mockImplementation(() => {});
  clock.advance(1_001);
  expect(await refresh(refused(), early)).toBeUndefined();
  expect(hook).toHaveBeenCalledTimes(2);
});
