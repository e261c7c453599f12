import type { Client } from "@sluice/client";
import { sluiceQuery, sluiceSubscription } from "@sluice/client/query";
import { useSubscription } from "@sluice/client/react";
import { type QueryClient, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { type ReactNode, StrictMode, Suspense } from "react";
import type { contract } from "./contract.js";

type Tree = typeof contract;

interface ViewProps {
  readonly client: Client<Tree>;
  readonly id: string;
}

/** What a browser has shown and been told, for the tests to read. */
export interface Seen {
  readonly texts: Record<string, string[]>;
  readonly events: string[];
}

declare global {
  var seen: Seen | undefined;
}

/** Notes every text that is rendered in the browser. */
function Text({ id, children }: { readonly id: string; readonly children: string }) {
  const texts = globalThis.seen?.texts;
  if (texts) texts[id] = [...(texts[id] ?? []), children];
  return <p id={id}>{children}</p>;
}

const fold = {
  key: "letters",
  initial: "",
  step: (letters: string, { data }: { data: { text: string } }) => letters + data.text,
};

const votesOf = (tally: { votes: Map<string, number>; total: bigint; last: Date | null } | undefined) =>
  tally
    ? `${[...tally.votes].map(([name, votes]) => `${name}:${votes}`).join(" ")} of ${tally.total} ${typeof tally.total} ${tally.last?.toISOString() ?? "never"}`
    : "pending";

const views: Readonly<Record<string, (props: ViewProps) => ReactNode>> = {
  tally({ client, id }) {
    const on = { vote: (vote: { for: string }) => void globalThis.seen?.events.push(vote.for) };
    const { data, status } = useSubscription(client.tally, { id }, { on });
    return <Text id="tally">{`${status} ${votesOf(data)}`}</Text>;
  },
  voters({ client, id }) {
    const { data, status } = useSubscription(client.tally, { id }, { list: 10 });
    return <Text id="voters">{`${status} ${data?.map((event) => event.data.for).join(",") ?? "-"}`}</Text>;
  },
  count({ client, id }) {
    const { data, status } = useSubscription(client.count, { id });
    return <Text id="count">{`${status} ${data}`}</Text>;
  },
  list({ client, id }) {
    const { data = [], status } = useSubscription(client.posts, { id }, { list: 5 });
    const shown = data.map((event) => `${event.data.text}${event.data.at.getUTCFullYear()}`);
    return <Text id="list">{`${status} ${shown.join(",")}`}</Text>;
  },
  latest({ client, id }) {
    const { data, status } = useSubscription(client.posts, { id });
    return <Text id="latest">{`${status} ${data?.data.text}${data?.data.at.getUTCFullYear()}`}</Text>;
  },
  fold({ client, id }) {
    const { data, status } = useSubscription(client.posts, { id }, { fold });
    return <Text id="fold">{`${status} ${data}`}</Text>;
  },
  secret({ client, id }) {
    const { data, status } = useSubscription(client.secret, { id });
    return <Text id="secret">{`${status} ${data}`}</Text>;
  },
  times({ client, id }) {
    const { data, status } = useQuery({ ...sluiceQuery(client.times, { id }), staleTime: 60_000 });
    return <Text id="times">{`${status} ${data?.opened.getUTCFullYear()} ${typeof data?.size}`}</Text>;
  },
  suspended({ client, id }) {
    const { data } = useSuspenseQuery(sluiceSubscription(client.tally, { id }));
    return <Text id="suspended">{votesOf(data)}</Text>;
  },
};

/** What a server prefetches for a view. One that is suspended may come by itself. */
export const prefetches: Readonly<Record<string, (queryClient: QueryClient, props: ViewProps) => Promise<void>>> = {
  tally: (query, { client, id }) => query.prefetchQuery(sluiceSubscription(client.tally, { id })),
  voters: (query, { client, id }) => query.prefetchQuery(sluiceSubscription(client.tally, { id }, { list: 10 })),
  count: (query, { client, id }) => query.prefetchQuery(sluiceSubscription(client.count, { id })),
  list: (query, { client, id }) => query.prefetchQuery(sluiceSubscription(client.posts, { id }, { list: 5 })),
  latest: (query, { client, id }) => query.prefetchQuery(sluiceSubscription(client.posts, { id })),
  fold: (query, { client, id }) => query.prefetchQuery(sluiceSubscription(client.posts, { id }, { fold })),
  secret: (query, { client, id }) => query.prefetchQuery(sluiceSubscription(client.secret, { id })),
  times: (query, { client, id }) => query.prefetchQuery(sluiceQuery(client.times, { id })),
};

export interface PageProps extends ViewProps {
  readonly views: readonly string[];
  readonly strict: boolean;
}

/** The views of a page, each of them in a boundary of its own. */
export function App({ views: names, strict, ...props }: PageProps) {
  const shown = names.map((name) => {
    const View = views[name] as (props: ViewProps) => ReactNode;
    return (
      <Suspense key={name} fallback={<p>waiting</p>}>
        <View {...props} />
      </Suspense>
    );
  });
  return strict ? <StrictMode>{shown}</StrictMode> : shown;
}
