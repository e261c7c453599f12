import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Profiler, useLayoutEffect } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { sluiceSubscription } from "../query/index.js";
import { failOnConsoleError } from "../test-kit/app.test-kit.js";
import { createHandMade } from "../test-kit/hand-made-subscription.test-kit.js";
import { contract } from "../test-kit/set-up.test-kit.js";
import { useSubscription } from "./index.js";

failOnConsoleError();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "requestAnimationFrame", "cancelAnimationFrame"] });
  // Counts React's own commits: act would combine them into one.
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", false);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Lets TanStack notify its observers, and React commit their updates. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    // A timer that is set in a timer runs after at least a millisecond. Each timer is a separate task.
    await vi.advanceTimersByTimeAsync(1);
    await new Promise(setImmediate);
  }
}

async function frame(): Promise<void> {
  vi.advanceTimersToNextFrame();
  await settle();
}

const input = { matchId: "m1" };

interface ViewProps {
  readonly hook: () => unknown;
  readonly saw: (result: unknown) => void;
}

function View({ hook: useView, saw }: ViewProps) {
  saw(useView());
  return null;
}

async function mount<Result>(
  hook: () => Result,
  beside: () => unknown = () => null,
  queryClient: QueryClient = new QueryClient(),
) {
  const seen: Result[] = [];
  let commits = 0;
  const root = createRoot(document.createElement("div"));
  const show = (next: () => Result) => {
    root.render(
      <QueryClientProvider client={queryClient}>
        <Profiler id="view" onRender={() => commits++}>
          <View hook={next} saw={(result) => seen.push(result as Result)} />
          <View hook={beside} saw={() => {}} />
        </Profiler>
      </QueryClientProvider>,
    );
    return settle();
  };
  onTestFinished(() => root.unmount());
  await show(hook);
  return {
    queryClient,
    seen,
    show,
    root,
    /** Commits since the last call. */
    takeCommits() {
      const count = commits;
      commits = 0;
      return count;
    },
  };
}

test("a burst of 1,000 events makes one commit per frame, and handlers see every event in order", async () => {
  const { procedure, event, become } = createHandMade(contract.feed);
  const told: unknown[] = [];
  const on = { post: (data: string) => told.push(data) };
  const { seen, takeCommits } = await mount(() => useSubscription(procedure, undefined, { list: 50, on }));
  become({ status: "live" });
  await settle();
  takeCommits();
  const sent: string[] = [];
  for (let frames = 0; frames < 10; frames++) {
    for (let n = 0; n < 100; n++) {
      sent.push(`${frames}.${n}`);
      event("post", sent.at(-1));
    }
    await frame();
    expect(takeCommits()).toBe(1);
    expect(seen.at(-1)?.data?.map(({ data }) => data)).toEqual(sent.slice(-50));
  }
  expect(told).toEqual(sent);
});

test("data and connection change in the same commit", async () => {
  const { procedure, event, become } = createHandMade(contract.feed);
  const { seen, takeCommits } = await mount(() => useSubscription(procedure));
  become({ status: "live" });
  event("post", "a");
  await settle();
  takeCommits();
  become({ status: "reconnecting", attempt: 1 });
  event("post", "b");
  await frame();
  expect(takeCommits()).toBe(1);
  expect(seen.at(-1)).toMatchObject({ data: { data: "b" }, connection: { status: "reconnecting" } });
  become({ status: "live" });
  event("post", "c");
  await frame();
  expect(takeCommits()).toBe(1);
  for (const { data, connection } of seen) {
    if (data) expect(connection.status).toBe(data.data === "b" ? "reconnecting" : "live");
  }
  expect(seen.at(-1)).toMatchObject({ data: { data: "c" }, connection: { status: "live" } });
});

test("events that don't change the shown data render nothing", async () => {
  const { procedure, event, state, become } = createHandMade(contract.scores.watch);
  const longest = { key: "longest", initial: "", step: (text: string) => text };
  const views = () => [useSubscription(procedure, input), useSubscription(procedure, input, { fold: longest })];
  const { seen, takeCommits } = await mount(views);
  become({ status: "live" });
  const score = { home: 0, away: 0 };
  state(score);
  await settle();
  takeCommits();
  for (let frames = 0; frames < 5; frames++) {
    event("fullTime", {});
    state(score);
    await frame();
  }
  expect(takeCommits()).toBe(0);
  expect(seen.at(-1)?.[0]?.connection.cursor()).toBe("E.5.m");
});

test("several views in one component change in the same commit", async () => {
  const { procedure, event, state, become } = createHandMade(contract.scores.watch);
  const views = () => [
    useSubscription(procedure, input).data,
    useSubscription(procedure, input, { list: 3 }).data,
    useSubscription(procedure, input, { fold: { key: "n", initial: 0, step: (n) => n + 1 } }).data,
  ];
  const { seen, takeCommits } = await mount(views);
  become({ status: "live" });
  state({ home: 0, away: 0 });
  await settle();
  await frame();
  takeCommits();
  event("goal", { team: "home" });
  state({ home: 1, away: 0 });
  await frame();
  expect(takeCommits()).toBe(1);
  expect(seen.at(-1)).toMatchObject([{ home: 1 }, [{ type: "goal" }], 1]);
});

test("several components change in the same commit", async () => {
  const { procedure, event, state, become } = createHandMade(contract.scores.watch);
  const { takeCommits } = await mount(
    () => useSubscription(procedure, input).data,
    () => useSubscription(procedure, input, { list: 3 }).data,
  );
  become({ status: "live" });
  state({ home: 0, away: 0 });
  await settle();
  await frame();
  takeCommits();
  event("goal", { team: "home" });
  state({ home: 1, away: 0 });
  await frame();
  expect(takeCommits()).toBe(1);
});

test("the first value does not wait for a frame", async () => {
  const { procedure, event, become } = createHandMade(contract.feed);
  const { seen, takeCommits } = await mount(() => useSubscription(procedure));
  takeCommits();
  become({ status: "live" });
  event("post", "a");
  await settle();
  expect(takeCommits()).toBe(1);
  expect(seen.at(-1)).toMatchObject({ status: "success", data: { data: "a" }, connection: { status: "live" } });
});

test("a hidden tab, which draws no frames, is still updated", async () => {
  vi.stubGlobal("requestAnimationFrame", () => 0);
  const { procedure, event, become } = createHandMade(contract.feed);
  const { seen } = await mount(() => useSubscription(procedure));
  become({ status: "live" });
  event("post", "a");
  await settle();
  event("post", "b");
  vi.advanceTimersByTime(240);
  await settle();
  expect(seen.at(-1)?.data?.data).toBe("a");
  vi.advanceTimersByTime(10);
  await settle();
  expect(seen.at(-1)?.data?.data).toBe("b");
});

test("unmounting cancels a scheduled update", async () => {
  const { procedure, event, become, state } = createHandMade(contract.scores.watch);
  const { root, queryClient } = await mount(() => useSubscription(procedure, input));
  become({ status: "live" });
  state({ home: 0, away: 0 });
  await settle();
  await frame();
  event("goal", { team: "home" });
  state({ home: 1, away: 0 });
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  root.unmount();
  await settle();
  await frame();
  expect(queryClient.getQueryData(sluiceSubscription(procedure, input).queryKey)).toEqual({ home: 0, away: 0 });
});

test("new handlers at every render are called from then on, without a new subscription", async () => {
  const hand = createHandMade(contract.feed);
  const told: string[] = [];
  const handlers = (name: string) => ({ on: { post: (data: string) => told.push(`${name} ${data}`) } });
  const { show } = await mount(() => useSubscription(hand.procedure, undefined, handlers("one")));
  expect(hand.subscriberCount).toBe(1);
  hand.become({ status: "live" });
  hand.event("post", "a");
  await show(() => useSubscription(hand.procedure, undefined, handlers("two")));
  hand.event("post", "b");
  await show(() => useSubscription(hand.procedure, undefined, {}));
  hand.event("post", "c");
  expect(told).toEqual(["one a", "two b"]);
  expect(hand.subscriberCount).toBe(1);
});

test("an event of the previous input, which arrives while the next one is committed, goes to its own handlers", async () => {
  const one = createHandMade(contract.feed);
  const two = createHandMade(contract.feed, "two");
  const told: string[] = [];
  const hookOf =
    (name: string, { procedure }: typeof one) =>
    () => {
      useLayoutEffect(() => one.event("post", `as ${name} is committed`));
      return useSubscription(procedure, undefined, { on: { post: (data) => told.push(`${name}: ${data}`) } });
    };
  const { show } = await mount(hookOf("one", one));
  await show(hookOf("two", two));
  one.event("post", "later");
  two.event("post", "later");
  expect(told).toEqual(["one: as two is committed", "two: later"]);
});

test("a handler that throws is reported, and disturbs neither other handlers nor the view", async () => {
  const { procedure, event, become } = createHandMade(contract.feed);
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  const thrown = new Error("mine");
  const throws = {
    post: () => {
      throw thrown;
    },
  };
  const told: unknown[] = [];
  const { seen } = await mount(() => {
    useSubscription(procedure, undefined, { on: throws });
    return useSubscription(procedure, undefined, { on: { post: (data) => told.push(data) } });
  });
  become({ status: "live" });
  event("post", "a");
  await settle();
  expect(reported.mock.calls).toEqual([[thrown]]);
  expect(told).toEqual(["a"]);
  expect(seen.at(-1)).toMatchObject({ status: "success", data: { data: "a" } });
});

test("a cache's onError that throws is reported, and does not affect other views", async () => {
  const [one, two] = [createHandMade(contract.feed), createHandMade(contract.feed, "two")];
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  const thrown = new Error("mine");
  const onError = () => {
    throw thrown;
  };
  const step = (count: number, { data }: { data: unknown }) => {
    if (data === "bad") throw new Error("step");
    return count + 1;
  };
  const { seen } = await mount(
    () => [
      useSubscription(one.procedure, undefined, { fold: { key: "count", initial: 0, step } }),
      useSubscription(two.procedure),
    ],
    undefined,
    new QueryClient({ queryCache: new QueryCache({ onError }) }),
  );
  one.become({ status: "live" });
  two.event("post", "a");
  await settle();
  one.event("post", "bad");
  two.event("post", "b");
  await frame();
  expect(seen.at(-1)).toMatchObject([{ status: "error", data: 0 }, { data: { data: "b" } }]);
  expect(reported.mock.calls).toEqual([[thrown]]);
});
