import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SubscriptionProcedure } from "../procedure/procedure.js";
import { failOnConsoleError } from "../test-kit/app.test-kit.js";
import { createHandMade } from "../test-kit/hand-made-subscription.test-kit.js";
import { contract } from "../test-kit/set-up.test-kit.js";
import { useSubscription } from "./index.js";

failOnConsoleError();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "requestAnimationFrame", "cancelAnimationFrame"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const input = { matchId: "m1" };
const score = (home: number) => ({ home, away: 0, endedAt: null });
const watch = (procedure: SubscriptionProcedure<(typeof contract)["scores"]["watch"]>) =>
  useSubscription(procedure, input);
type Result = ReturnType<typeof watch>;

interface ViewProps {
  readonly hook: () => Result;
  readonly rendered: (result: Result) => void;
}

function View({ hook: useView, rendered }: ViewProps) {
  rendered(useView());
  return null;
}

/** Renders a component that reads what it is told to. */
function show(read: (result: Result) => unknown) {
  const hand = createHandMade(contract.scores.watch);
  const shown: unknown[] = [];
  let last: Result | undefined;
  const settle = () => act(() => vi.advanceTimersByTimeAsync(300));
  const rendered = (result: Result) => {
    last = result;
    shown.push(read(result));
  };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <View hook={() => watch(hand.procedure)} rendered={rendered} />
    </QueryClientProvider>,
  );
  return {
    hand,
    settle,
    shown,
    /** What happens from subscribing to live, then what `change` does, with what was rendered for it. */
    async rendersFor(change: () => void): Promise<unknown[]> {
      hand.become({ status: "live" });
      hand.state(score(0));
      await settle();
      shown.length = 0;
      change();
      await settle();
      return [...shown];
    },
    get result() {
      return last as Result;
    },
  };
}

test("a component that reads the data renders with the data only", async () => {
  const { hand, rendersFor } = show(({ data }) => data?.home);
  expect(await rendersFor(() => hand.become({ status: "reconnecting", attempt: 1 }))).toEqual([]);
  expect(await rendersFor(() => hand.state(score(2)))).toEqual([2]);
});

test("a component that reads the connection renders with the connection only", async () => {
  const { hand, rendersFor } = show(({ connection }) => connection.status);
  expect(await rendersFor(() => hand.state(score(2)))).toEqual([]);
  expect(await rendersFor(() => hand.become({ status: "reconnecting", attempt: 1 }))).toEqual(["reconnecting"]);
});

test("a component that reads the connection renders when the server loses its log, and finds it again", async () => {
  const { hand, rendersFor } = show(({ connection }) => connection.stale ?? false);
  expect(await rendersFor(() => hand.become({ status: "live", stale: true }))).toEqual([true]);
  expect(await rendersFor(() => hand.become({ status: "live" }))).toEqual([false]);
});

test("a component that reads the status renders with the status only, its end included", async () => {
  const { hand, rendersFor } = show(({ status }) => status);
  expect(
    await rendersFor(() => {
      hand.state(score(2));
      hand.become({ status: "reconnecting", attempt: 1 });
    }),
  ).toEqual([]);
  expect(await rendersFor(() => hand.end())).toEqual(["ended"]);
});

test("a component that reads nothing renders with everything that the hook returns", async () => {
  const { hand, rendersFor } = show(() => "rendered");
  expect(await rendersFor(() => hand.state(score(2)))).toEqual(["rendered"]);
  expect(await rendersFor(() => hand.become({ status: "reconnecting", attempt: 1 }))).toEqual(["rendered"]);
});

test("events that move nothing but the cursor render nothing, and the cursor is there to be asked", async () => {
  const view = show(({ status, data, error, connection }) => [status, data, error, connection]);
  expect(await view.rendersFor(() => view.hand.event("fullTime", {}))).toEqual([]);
  expect(view.result.connection.cursor()).toBe("E.1.m");
});

test("what is read for the first time after rendering, as by a click, is brought up to date", async () => {
  const view = show(({ status }) => status);
  await view.rendersFor(() => view.hand.state(score(2)));
  expect(view.result.data).toEqual(score(0));
  await view.settle();
  expect(view.shown).toEqual(["success"]);
  expect(view.result.data).toEqual(score(2));
  expect(await view.rendersFor(() => view.hand.state(score(3)))).toEqual(["success"]);
});
