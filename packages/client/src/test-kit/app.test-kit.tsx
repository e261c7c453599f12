import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, renderHook } from "@testing-library/react";
import { type ReactNode, StrictMode } from "react";
import { afterEach, beforeEach, expect, type MockInstance, onTestFinished, vi } from "vitest";
import type { ClientOptions } from "../client-options.js";
import { setUp } from "./set-up.test-kit.js";

/** React and TanStack report mistakes on the console: they fail the test. */
export function failOnConsoleError(): void {
  let spy: MockInstance;
  beforeEach(() => {
    spy = vi.spyOn(console, "error");
  });
  afterEach(() => {
    expect(spy.mock.calls).toEqual([]);
    spy.mockRestore();
  });
}

export type TestClient = Awaited<ReturnType<typeof setUp>>["client"];

export interface RenderOptions {
  readonly queryClient?: QueryClient;
  readonly strict?: boolean;
}

/** A scripted server, a client of it on a manual clock, and a way to render hooks with it. */
export async function setUpApp(options: Partial<ClientOptions> = {}) {
  const { server, clock, client, wireClient } = await setUp(options);
  const queryClient = new QueryClient();
  onTestFinished(() => {
    cleanup();
    queryClient.clear();
  });

  /** Renders the hook, and keeps the result of every render. */
  function render<Props, Result>(
    hook: (props: Props) => Result,
    initialProps: NoInfer<Props>,
    { queryClient: other = queryClient, strict = false }: RenderOptions = {},
  ) {
    const seen: Result[] = [];
    const wrapper = ({ children }: { children: ReactNode }) => {
      const app = <QueryClientProvider client={other}>{children}</QueryClientProvider>;
      return strict ? <StrictMode>{app}</StrictMode> : app;
    };
    const rendered = renderHook(
      (props: Props) => {
        const result = hook(props);
        seen.push(result);
        return result;
      },
      { wrapper, initialProps: initialProps as Props },
    );
    return { ...rendered, seen };
  }

  return { server, clock, client, wireClient, queryClient, render };
}
