import { createClient } from "@sluice/client";
import { sluiceSubscription } from "@sluice/client/query";
import { QueryClient, QueryClientProvider, QueryErrorResetBoundary, useSuspenseQuery } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { Component, type ReactNode, StrictMode, Suspense } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { contract, control, options, until } from "./counter.ts";

const client = createClient(contract, options);

let queryClient: QueryClient;
beforeEach(() => {
  queryClient = new QueryClient();
});
afterEach(() => {
  cleanup();
  queryClient.clear();
});

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

function Count({ name }: { name: string }) {
  const { data, error } = useSuspenseQuery(sluiceSubscription(client.counter, name));
  return <p>{`${data}${error ? ` ${error.code}` : ""}`}</p>;
}

function Waiting({ shown }: { shown: () => void }) {
  shown();
  return <p>waiting</p>;
}

function show(name: string) {
  const waits = vi.fn();
  render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <QueryErrorResetBoundary>
          {({ reset }) => (
            <Boundary onReset={reset}>
              <Suspense fallback={<Waiting shown={waits} />}>
                <Count name={name} />
              </Suspense>
            </Boundary>
          )}
        </QueryErrorResetBoundary>
      </QueryClientProvider>
    </StrictMode>,
  );
  return waits;
}

test("a suspended view waits once, despite later cuts and invalidations", async () => {
  const name = "suspended";
  const waits = show(name);
  await screen.findByText("0");
  expect(waits).toHaveBeenCalled();
  waits.mockClear();
  await control("add", name, 2);
  await screen.findByText("2");
  await control("cut", name);
  await until(async () => expect(await control("look", name)).toMatchObject({ opened: 2, streams: 1 }));
  await control("add", name, 1);
  await screen.findByText("3");
  await control("add-silently", name, 4);
  await queryClient.invalidateQueries();
  await screen.findByText("7");
  expect(waits).not.toHaveBeenCalled();
  await until(async () => expect(await control("look", name)).toMatchObject({ opened: 3, streams: 1 }));
});

test("a final error reaches the boundary, whose reset retries", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {}); // React writes what a boundary caught
  const name = "forbidden";
  await control("forbid", name);
  show(name);
  const again = await screen.findByText("failed: forbidden");
  await control("allow", name);
  again.click();
  await screen.findByText("0");
  await control("add", name, 1);
  await screen.findByText("1");
  expect(await control("look", name)).toMatchObject({ opened: 2, streams: 1 });
  vi.restoreAllMocks();
});
