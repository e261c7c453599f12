/** The pages, in the order of the sidebar. The sidebar, `llms.txt` and the tests read this list. */
export interface PageGroup {
  readonly text: string;
  readonly items: readonly Page[];
}

export interface Page {
  readonly text: string;
  /** Without the extension, from the root of the site. */
  readonly link: string;
}

export const groups: readonly PageGroup[] = [
  {
    text: "Begin",
    items: [
      { text: "Five-minute start", link: "/guide/start" },
      { text: "On Next.js", link: "/guide/start-next" },
      { text: "When not to use Sluice", link: "/when-not" },
      { text: "Comparison", link: "/comparison" },
    ],
  },
  {
    text: "Concepts",
    items: [
      { text: "Contract", link: "/concepts/contract" },
      { text: "Topic and cursor", link: "/concepts/topic" },
      { text: "State and its versions", link: "/concepts/state" },
      { text: "Reset and gap", link: "/concepts/reset" },
      { text: "Generators and runs", link: "/concepts/run" },
      { text: "Source and presence", link: "/concepts/source" },
      { text: "Streams and lanes", link: "/concepts/lanes" },
    ],
  },
  {
    text: "Guides",
    items: [
      { text: "Serving", link: "/guide/server" },
      { text: "Publishing", link: "/guide/publishing" },
      { text: "The client", link: "/guide/client" },
      { text: "React in depth", link: "/guide/react" },
      { text: "Errors of your own", link: "/guide/errors" },
      { text: "Log in and renew", link: "/guide/login" },
      { text: "Testing", link: "/guide/testing" },
      { text: "Server rendering and Next.js", link: "/guide/server-rendering" },
      { text: "Runtimes and adapters", link: "/guide/runtimes" },
    ],
  },
  {
    text: "Recipes",
    items: [
      { text: "All of them", link: "/recipes/" },
      { text: "History in your database", link: "/recipes/database" },
      { text: "Optimistic updates", link: "/recipes/optimistic" },
      { text: "Model tokens, Stop button", link: "/recipes/model-tokens" },
      { text: "A price wall", link: "/recipes/price-wall" },
      { text: "Who is here, on servers", link: "/recipes/presence" },
      { text: "Erase a person's data", link: "/recipes/erase" },
      { text: "From Kafka to browsers", link: "/recipes/kafka" },
      { text: "From hand-written SSE", link: "/recipes/from-sse" },
      { text: "From tRPC subscriptions", link: "/recipes/from-trpc" },
    ],
  },
  {
    text: "In production",
    items: [
      { text: "Choosing an engine", link: "/guide/engines" },
      { text: "Writing an engine", link: "/guide/writing-an-engine" },
      { text: "Deploying", link: "/guide/deploying" },
      { text: "Limits and sizing", link: "/guide/limits" },
      { text: "Security", link: "/guide/security" },
      { text: "Changing a contract", link: "/guide/changing-contracts" },
    ],
  },
  {
    text: "Guarantees",
    items: [
      { text: "All of them", link: "/guarantees/" },
      { text: "No silent loss", link: "/guarantees/no-silent-loss" },
      { text: "Encode once", link: "/guarantees/encode-once" },
      { text: "Live state", link: "/guarantees/live-state" },
      { text: "One connection", link: "/guarantees/one-connection" },
      { text: "Plain SSE", link: "/guarantees/plain-sse" },
      { text: "Bounded memory", link: "/guarantees/bounded" },
    ],
  },
  {
    text: "Reference",
    items: [
      { text: "Error index", link: "/errors" },
      { text: "API", link: "/reference/" },
      { text: "Protocol", link: "/protocol" },
      { text: "Benchmarks", link: "/benchmarks" },
      { text: "The path of an event", link: "/architecture" },
    ],
  },
];

/** The generated page for each entry of the packages; see `reference.ts`. */
export const entries = [
  { name: "@sluice/contract", source: "packages/contract/src/index.ts", link: "/reference/contract" },
  { name: "@sluice/server", source: "packages/server/src/index.ts", link: "/reference/server" },
  {
    name: "@sluice/server/express",
    source: "packages/server/src/adapters/express.ts",
    link: "/reference/server-express",
  },
  { name: "@sluice/server/node", source: "packages/server/src/adapters/node.ts", link: "/reference/server-node" },
  { name: "@sluice/server/fetch", source: "packages/server/src/adapters/fetch.ts", link: "/reference/server-fetch" },
  { name: "@sluice/client", source: "packages/client/src/index.ts", link: "/reference/client" },
  { name: "@sluice/client/react", source: "packages/client/src/react/index.ts", link: "/reference/client-react" },
  { name: "@sluice/client/query", source: "packages/client/src/query/index.ts", link: "/reference/client-query" },
  { name: "@sluice/client/tabs", source: "packages/client/src/tabs/index.ts", link: "/reference/client-tabs" },
  {
    name: "@sluice/client/types-only",
    source: "packages/client/src/types-only.ts",
    link: "/reference/client-types-only",
  },
  { name: "@sluice/testing", source: "packages/testing/src/index.ts", link: "/reference/testing" },
  { name: "@sluice/log", source: "packages/log/src/index.ts", link: "/reference/log" },
  { name: "@sluice/sqlite", source: "packages/sqlite/src/index.ts", link: "/reference/sqlite" },
  { name: "@sluice/redis", source: "packages/redis/src/index.ts", link: "/reference/redis" },
] as const;

export const repository = "https://github.com/sluice-rpc/sluice";
