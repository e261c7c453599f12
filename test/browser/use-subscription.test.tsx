import { createClient } from "@sluice/client";
import { sluiceSubscription } from "@sluice/client/query";
import { useSubscription } from "@sluice/client/react";
import { QueryClient, QueryClientProvider, useSuspenseQuery } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { Profiler, type ReactNode, StrictMode, Suspense } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { contract, control, options, until } from "./counter.ts";

const client = createClient(contract, options);

let queryClient: QueryClient;
beforeEach(() => {
  queryClient = new QueryClient();
  vi.spyOn(console, "error");
  vi.spyOn(console, "warn");
});
afterEach(() => {
  cleanup();
  queryClient.clear();
  expect(vi.mocked(console.error).mock.calls).toEqual([]);
  expect(vi.mocked(console.warn).mock.calls).toEqual([]);
  vi.restoreAllMocks();
});
const show = (children: ReactNode) =>
  render(<QueryClientProvider client={queryClient}>{children}</QueryClientProvider>);

interface CountProps {
  readonly name: string;
  readonly saw?: (seen: { status: string; connection: string; data: number | undefined }) => void;
  readonly heard?: (value: number) => void;
}

function Count({ name, saw, heard }: CountProps) {
  const { status, data, connection } = useSubscription(client.counter, name, {
    on: { count: (value) => heard?.(value) },
  });
  saw?.({ status, connection: connection.status, data });
  return <p>{`${data ?? "none"} ${status} ${connection.status}`}</p>;
}

function List({ name }: CountProps) {
  const { data } = useSubscription(client.counter, name, { list: 3 });
  return <p>{`list ${data?.map((event) => event.data).join() ?? "none"}`}</p>;
}

function Waiting({ name }: CountProps) {
  return <p>{`suspense ${useSuspenseQuery(sluiceSubscription(client.counter, name)).data}`}</p>;
}

/** Milliseconds after which hooks wait for a frame no longer: a busy machine may draw fewer. */
const hiddenFrame = 250;

/** Counts the frames that the browser draws. */
function countFrames() {
  const frames = { count: 0, stop: () => cancelAnimationFrame(id) };
  const next = () => {
    frames.count++;
    id = requestAnimationFrame(next);
  };
  let id = requestAnimationFrame(next);
  return frames;
}

test("5,000 events a second make no more commits than frames, and handlers see every event in order", async () => {
  const name = `burst ${Math.random()}`; // a new one, should it be run again
  const total = 10_000;
  const heard: number[] = [];
  let commits = 0;
  show(
    <Profiler id="count" onRender={() => commits++}>
      <Count name={name} heard={(value) => heard.push(value)} />
    </Profiler>,
  );
  await screen.findByText("0 success live");
  commits = 0;
  const frames = countFrames();
  const began = performance.now();
  await control("burst", name, total);
  await until(() => screen.getByText(`${total} success live`));
  frames.stop();
  const longFrames = (performance.now() - began) / hiddenFrame;
  expect(heard).toEqual(Array.from({ length: total }, (_, n) => n + 1));
  expect(commits).toBeGreaterThan(0);
  // One extra for a commit requested before the count began, and one for the frame in which it stopped.
  expect(commits).toBeLessThanOrEqual(frames.count + longFrames + 2);
});

test("StrictMode and several views open one connection", async () => {
  const name = "strict";
  show(
    <StrictMode>
      <Count name={name} />
      <List name={name} />
      <Suspense fallback={<p>waiting</p>}>
        <Waiting name={name} />
      </Suspense>
    </StrictMode>,
  );
  await screen.findByText("0 success live");
  await screen.findByText("suspense 0");
  await screen.findByText("list");
  await control("add", name, 5);
  await screen.findByText("5 success live");
  await screen.findByText("suspense 5");
  await screen.findByText("list 3,4,5");
  expect(await control("look", name)).toMatchObject({ opened: 1, streams: 1 });
});

test("after a cut the state comes back, and it was never pending", async () => {
  const name = "cut";
  const seen: { status: string; connection: string; data: number | undefined }[] = [];
  show(<Count name={name} saw={(render) => seen.push(render)} />);
  await screen.findByText("0 success live");
  await control("add", name, 3);
  await screen.findByText("3 success live");
  const before = seen.length;
  await control("cut", name);
  await until(async () => expect(await control("look", name)).toMatchObject({ opened: 2, streams: 1 }));
  await control("add", name, 4);
  await screen.findByText("7 success live");
  expect(seen.slice(before).every(({ status }) => status === "success")).toBe(true);
});

test("the end is shown, and no request follows", async () => {
  const name = "end";
  show(<Count name={name} />);
  await screen.findByText("0 success live");
  await control("add", name, 2);
  await control("end", name);
  await screen.findByText("2 ended closed");
  expect(await control("look", name)).toMatchObject({ opened: 1, streams: 0 });
});

test("unmounting closes the connection", async () => {
  const name = "leave";
  const { unmount } = show(
    <StrictMode>
      <Count name={name} />
    </StrictMode>,
  );
  await screen.findByText("0 success live");
  unmount();
  await until(async () => expect(await control("look", name)).toMatchObject({ opened: 1, streams: 0 }));
});
