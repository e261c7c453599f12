import { createClient } from "@sluice/client";
import type { Sluice } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";
import { contract } from "../shared/contract.ts";

/** A client of this server, in its own process: it reads what any client reads. */
export const ownClient = (sluice: Sluice<object>) =>
  createClient(contract, {
    url: "http://sluice/api",
    fetch: sluiceFetch(sluice, { base: "/api" }),
    linger: 0, // each reading begins anew
  });

export type OwnClient = ReturnType<typeof ownClient>;

interface Handlers {
  onEvent(event: { readonly data: { readonly seq: number } }): void;
  onConnection(connection: { readonly status: string }): void;
  onError(error: Error): void;
}

/** The number of the last event. Subscribes until all that there is has come. */
export function lastNumber(subscribe: (handlers: Handlers) => () => void): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    let last: number | undefined;
    const stop = subscribe({
      onEvent: ({ data }) => {
        last = data.seq;
      },
      onConnection({ status }) {
        if (status === "closed") reject(new Error("The client was closed."));
        if (status !== "live") return;
        resolve(last);
        queueMicrotask(() => stop());
      },
      onError: reject,
    });
  });
}
