import {
  type QueryClient,
  QueryClientProvider,
  QueryErrorResetBoundary,
  useSuspenseQuery,
} from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { Component, type ReactNode, StrictMode, Suspense } from "react";
import { describe, expect, test, vi } from "vitest";
import { sluiceSubscription } from "../query/index.js";
import { failOnConsoleError, setUpApp, type TestClient } from "../test-kit/app.test-kit.js";
import { at, goal, live, match, post, snapshot } from "../test-kit/set-up.test-kit.js";

failOnConsoleError();

class Boundary extends Component<{ children: ReactNode; onReset: () => void }> {
  override state: { error?: { code?: string } | undefined } = {};
  static getDerivedStateFromError = (error: unknown) => ({ error });
  readonly again = () => {
    this.props.onReset();
    this.setState({ error: undefined });
  };
  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <button type="button" onClick={this.again}>
        failed: {error.code}
      </button>
    );
  }
}

function Score({ client }: { client: TestClient }) {
  const { data, error } = useSuspenseQuery(sluiceSubscription(client.scores.watch, match));
  return <p>{`${data.home}-${data.away}${error ? ` ${error.code}` : ""}`}</p>;
}

function List({ client }: { client: TestClient }) {
  const { data } = useSuspenseQuery(sluiceSubscription(client.feed, undefined, { list: 5 }));
  return <p>{`list ${data.map(({ id }) => id)}`}</p>;
}

/** The fallback. It counts how often it is shown. */
function Waiting({ shown }: { shown: () => void }) {
  shown();
  return <p>waiting</p>;
}

function show(queryClient: QueryClient, children: ReactNode) {
  const waits = vi.fn();
  render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <QueryErrorResetBoundary>
          {({ reset }) => (
            <Boundary onReset={reset}>
              <Suspense fallback={<Waiting shown={waits} />}>{children}</Suspense>
            </Boundary>
          )}
        </QueryErrorResetBoundary>
      </QueryClientProvider>
    </StrictMode>,
  );
  return { waits };
}

test("waits for the first state, then stays live over the same connection", async () => {
  const { server, client, queryClient } = await setUpApp();
  show(queryClient, <Score client={client} />);
  expect(screen.getByText("waiting")).toBeTruthy();
  const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
  await screen.findByText("1-0");
  stream.send(goal("home", 6));
  await screen.findByText("2-0");
  expect(server.requests).toHaveLength(1);
});

test("data that was set in the cache is shown at once, and made live", async () => {
  const { server, client, queryClient } = await setUpApp();
  queryClient.setQueryData(sluiceSubscription(client.scores.watch, match).queryKey, {
    home: 7,
    away: 7,
    endedAt: null,
  });
  const { waits } = show(queryClient, <Score client={client} />);
  expect(screen.getByText("7-7")).toBeTruthy();
  const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
  await screen.findByText("1-0");
  stream.send(goal("home", 6));
  await screen.findByText("2-0");
  expect(waits).not.toHaveBeenCalled();
  expect(server.requests).toHaveLength(1);
});

test("a list loses nothing between its first value and the mount", async () => {
  const { server, client, queryClient } = await setUpApp();
  show(queryClient, <List client={client} />);
  (await server.next()).open().send(live(0), post("a", 1), post("b", 2));
  await screen.findByText(`list ${at(1)},${at(2)}`);
  expect(server.requests).toHaveLength(1);
});

test("does not suspend again after a cut", async () => {
  const { server, client, clock, queryClient } = await setUpApp();
  const { waits } = show(queryClient, <Score client={client} />);
  (await server.next())
    .open()
    .send(snapshot(1, 0, 5), live(5))
    .cut();
  await screen.findByText("1-0");
  waits.mockClear();
  await waitFor(() => expect(clock.pending).toContain(500)); // half of the backoff's bound
  clock.advance(500);
  (await server.next()).open().send(goal("home", 6), live(6));
  await screen.findByText("2-0");
  expect(waits).not.toHaveBeenCalled();
});

test("invalidating requests a fresh state, and shows the old one until then", async () => {
  const { server, client, queryClient } = await setUpApp();
  const { waits } = show(queryClient, <Score client={client} />);
  (await server.next()).open().send(snapshot(1, 0, 5), live(5));
  await screen.findByText("1-0");
  waits.mockClear();
  const { queryKey } = sluiceSubscription(client.scores.watch, match);
  const refetched = queryClient.invalidateQueries({ queryKey });
  const second = await server.next();
  expect(screen.getByText("1-0")).toBeTruthy();
  second.open().send(snapshot(4, 4, 9), live(9));
  await refetched;
  await screen.findByText("4-4");
  expect(waits).not.toHaveBeenCalled();
});

describe("a final error", () => {
  test("before any data reaches the error boundary, whose reset retries", async () => {
    const { server, client, queryClient } = await setUpApp();
    vi.mocked(console.error).mockImplementation(() => {});
    show(queryClient, <Score client={client} />);
    (await server.next()).answer(403);
    const again = await screen.findByText("failed: forbidden");
    fireEvent.click(again);
    (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await screen.findByText("1-0");
    expect(server.requests).toHaveLength(2);
    vi.mocked(console.error).mockClear();
  });

  test("after data is returned with the data, and does not reach the boundary", async () => {
    const { server, client, queryClient } = await setUpApp();
    show(queryClient, <Score client={client} />);
    const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await screen.findByText("1-0");
    stream.send({ kind: "error", code: "forbidden", message: "", final: true });
    await screen.findByText("1-0 forbidden");
  });
});
