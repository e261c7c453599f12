import { sluiceFetch } from "@sluice/server/fetch";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { createBoards, createBoardsClient, Notes } from "../../apps/docs/snippets/recipes/optimistic.js";

afterEach(cleanup);

/** The board, on its server in this process; calls are answered when the test lets them. */
function show() {
  const sluice = createBoards();
  const fetch = sluiceFetch(sluice, { base: "/api" });
  let letCalls = () => {};
  const mayCall = new Promise<void>((resolve) => {
    letCalls = resolve;
  });
  const client = createBoardsClient({
    url: "http://boards/api",
    async fetch(url, init) {
      if (/add|star/.test(url)) await mayCall;
      return fetch(url, init);
    },
  });
  onTestFinished(async () => {
    client.$close();
    await sluice.close({ timeout: 0 });
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Notes client={client} board="b" />
    </QueryClientProvider>,
  );
  const add = (text: string) => {
    const input = screen.getByLabelText("New note");
    fireEvent.change(input, { target: { value: text } });
    fireEvent.submit(input);
  };
  const board = () => client.board.store({ board: "b" });
  return { add, board, letCalls: () => letCalls() };
}

const notes = () => screen.queryAllByRole("button").map(({ textContent }) => textContent);
const sees = (all: string[]) => vi.waitFor(() => expect(notes()).toEqual(all), 10_000);

it("shows notes and stars at once, and is the server's board in the end", async () => {
  const { add, board, letCalls } = show();
  await vi.waitFor(() => expect(board().get().connection.status).toBe("live"), 15_000);
  add("buy milk");
  await sees(["☆ buy milk"]);
  add("write spam");
  await sees(["☆ buy milk", "☆ write spam"]);
  fireEvent.click(screen.getByText(/buy milk/));
  await sees(["★ buy milk", "☆ write spam"]);
  expect(board().get().data).toEqual([]);
  letCalls();
  await screen.findByText("Not added: write spam");
  await vi.waitFor(() => expect(board().get().data).toMatchObject([{ text: "buy milk" }]), 10_000);
  await sees(["★ buy milk"]);
});
