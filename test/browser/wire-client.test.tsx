import { useSubscription } from "@sluice/client/react";
import { createClient } from "@sluice/client/types-only";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, expect, test } from "vitest";
import { type contract, control, options, until } from "./counter.ts";

const client = createClient<typeof contract>(options);

afterEach(cleanup);

function Count({ name }: { name: string }) {
  const { data, connection } = useSubscription(client.counter, name, { list: 3 });
  return <p>{`${data?.map((event) => event.data).join() ?? "none"} ${connection.status}`}</p>;
}

test("views of a client made from types are live, over one connection that resumes", async () => {
  const name = "from-types";
  const queryClient = new QueryClient();
  const { unmount } = render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <Count name={name} />
      </QueryClientProvider>
    </StrictMode>,
  );
  await screen.findByText("live");
  await control("add", name, 2);
  await screen.findByText("1,2 live");
  await control("cut", name);
  await until(async () => expect(await control("look", name)).toMatchObject({ opened: 2, streams: 1 }));
  await control("add", name, 2);
  await screen.findByText("2,3,4 live");
  unmount();
  await until(async () => expect(await control("look", name)).toMatchObject({ opened: 2, streams: 0 }));
});

test("a loop reads a stream of its own", async () => {
  const name = "looped";
  const values: number[] = [];
  const looped = (async () => {
    for await (const { data } of client.counter.iterate(name)) if (values.push(data) === 2) break;
  })();
  await until(async () => expect(await control("look", name)).toMatchObject({ streams: 1 }));
  await control("add", name, 2);
  await looped;
  expect(values).toEqual([1, 2]);
  await until(async () => expect(await control("look", name)).toMatchObject({ opened: 1, streams: 0 }));
});

test("the state is delivered in wire form", async () => {
  const name = "snapshot";
  await control("add-silently", name, 5);
  const told: unknown[] = [];
  const stop = client.counter.subscribe(name, {
    onSnapshot: (state) => told.push({ state }),
    on: { count: (value) => told.push(value) },
  });
  await until(() => expect(told).toEqual([{ state: 5 }]));
  await control("add", name, 1);
  await until(() => expect(told).toEqual([{ state: 5 }, 6]));
  stop();
});
