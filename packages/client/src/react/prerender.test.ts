import { defineContract, subscription } from "@sluice/contract";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { expect, onTestFinished, test, vi } from "vitest";
import * as z from "zod";
import { createClient } from "../index.js";
import { useSubscription } from "./index.js";

const contract = defineContract({ news: subscription({ events: { headline: z.string() } }) });
const client = createClient(contract, { url: "/api" });

function News() {
  const { data, status, connection } = useSubscription(client.news);
  return createElement("p", null, `${data} ${status} ${connection.status}`);
}

// Next refuses to render a client component ahead of requests if it reads the clock (Cache Components).
test("a component that is rendered on a server reads no clock", () => {
  const now = vi.spyOn(Date, "now");
  onTestFinished(() => now.mockRestore());
  const props = { client: new QueryClient(), children: createElement(News) };
  expect(renderToString(createElement(QueryClientProvider, props))).toBe("<p>undefined pending connecting</p>");
  expect(now).not.toHaveBeenCalled();
});
