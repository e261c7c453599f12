import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { expand } from "./expand.ts";
import { fileOf } from "./llms.ts";

/** What a package tells coding agents: a skill with what goes wrong most, and the pages that concern the package. */
interface Skill {
  /** The folder in `packages`. */
  readonly package: string;
  readonly description: string;
  readonly rules: readonly string[];
  readonly pages: readonly string[];
}

const skills: readonly Skill[] = [
  {
    package: "contract",
    description:
      "Define or change a Sluice contract: subscriptions with events and state, queries, mutations, declared errors, topics (key, start, onGap), codecs, and state versions with migrate. Use it when code imports @sluice/contract.",
    rules: [
      'The contract is one file that server and client both import. Schemas are zod 4 (`import * as z from "zod"`) or any Standard Schema.',
      "Events must not be called `message`, `open` or `error`, nor begin with `$`.",
      "`apply` is pure and returns a new state. Don't read the time or a random number in it; put them into the event.",
      "Keep a state bounded: it is sent to each new subscriber.",
      "Raise `state.version` when the state's schema changes, or an event of it is renamed or removed. Give `migrate` the old schema.",
      'A generator\'s contract has `method: "POST"` if opening it has an effect or a cost, and `key: ["runId"]` if it is resumable.',
    ],
    pages: ["/concepts/contract", "/concepts/topic", "/concepts/state", "/concepts/reset", "/guide/changing-contracts"],
  },
  {
    package: "server",
    description:
      "Serve a Sluice contract: implement, middleware, live, filter, source, presence, generators and resumable runs, publish with idempotency keys, adapters for Express, node:http and fetch, deploys, limits, security. Use it when code imports @sluice/server.",
    rules: [
      "`implement(contract)` gives builders; `$context`, `$middleware` and `$router` begin with `$`.",
      "Publish with `topic(contract.path, input).publish(event)`, in handlers from their arguments, elsewhere from `sluice.topic`. Give an `idempotencyKey` where a retry is possible.",
      "Set the adapter's `identify`: limits per client and presence need it.",
      "On SIGTERM: `server.close()`, then `await sluice.close()`, then `server.closeAllConnections()`.",
      "A log in memory belongs to one process. Several processes need @sluice/sqlite (one machine) or @sluice/redis.",
      "Revoke an authorisation first, and call `disconnect({ tag })` then.",
    ],
    pages: [
      "/guide/server",
      "/guide/publishing",
      "/concepts/run",
      "/concepts/source",
      "/recipes/database",
      "/recipes/erase",
      "/recipes/kafka",
      "/recipes/presence",
      "/guide/errors",
      "/guide/login",
      "/guide/runtimes",
      "/guide/deploying",
      "/guide/limits",
      "/guide/security",
    ],
  },
  {
    package: "client",
    description:
      "Use a Sluice contract in a browser, React or Node: createClient, subscribe, iterate, store, useSubscription, sluiceQuery, sluiceMutation, sluiceSubscription, optimistic updates, credentials, typed errors, tabs that share a stream. Use it when code imports @sluice/client.",
    rules: [
      "A subscription isn't called: `.subscribe(input, handlers)`, `.iterate(input)` or `.store(input)`. Queries and mutations are called.",
      "In React use `useSubscription`; don't write effects around `subscribe`, and keep no copy of the state.",
      "Don't write reconnects, backlogs or deduplication: the client does that.",
      "One client per user. After a logout, `client.$close()`, and a new client and `QueryClient`.",
      "Handle `status` `pending`, `error` (final, with a typed `code`) and `ended`; show `connection.status` and `connection.stale` beside the data.",
      "Optimistic updates over live state: `sluiceMutation(m, { optimistic: (input) => sluicePending(subscription, itsInput, { state, echo }) })`, never `setQueryData`.",
      "Calls aren't retried. Retry one only if `error.retryable` and if repeating it is safe.",
    ],
    pages: [
      "/guide/client",
      "/guide/react",
      "/recipes/optimistic",
      "/recipes/model-tokens",
      "/guide/errors",
      "/guide/login",
      "/concepts/lanes",
      "/errors",
      "/guide/testing",
      "/guide/server-rendering",
    ],
  },
  {
    package: "testing",
    description:
      "Test components and routers of an application on Sluice: fakeServer with emit, offline, drop, reset, refuse, fail and answer, testClient for the real router, MSW, fake timers, Vitest and Jest. Use it when code imports @sluice/testing, or when a test of Sluice code needs a server.",
    rules: [
      "Don't mock `useSubscription` or the client. Give the component `fakeServer(contract).client()`.",
      "Wait for what a user sees (`findByText`), never for a time.",
      "Test your own router with `testClient(contract, sluice, { context })`.",
    ],
    pages: ["/guide/testing"],
  },
  {
    package: "sqlite",
    description:
      "Keep a Sluice server's history in an SQLite file that survives restarts and is shared by processes of one machine. Use it when code imports @sluice/sqlite, or when clients of Sluice reset at every deploy.",
    rules: [
      "`createSluice(router, { log: sqliteLog({ file }) })` is all. Node 20 needs a database package: `sqliteLog({ database })` with `libsql`.",
      "Use a local disk. Back up with `VACUUM INTO`; don't copy the file alone.",
    ],
    pages: ["/guide/engines", "/guide/deploying"],
  },
  {
    package: "redis",
    description:
      "Run many Sluice servers on one log in Redis or Valkey, without sticky sessions: options, outages, failover, cluster, sizing. Use it when code imports @sluice/redis, or when Sluice runs on more than one machine.",
    rules: [
      "`createSluice(router, { log: redisLog({ url }) })` is all. All servers of a log have the same `prefix`, `retain`, `dedupe` and `idle`.",
      "Redis needs `maxmemory-policy noeviction`.",
      "A publish whose outcome is unknown is only safe to retry with its idempotency key.",
    ],
    pages: ["/guide/engines", "/guide/publishing", "/guide/deploying"],
  },
];

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The skills' files with their texts, by path: `packages/x/skills/sluice-x/…`. */
export function skillFiles(): ReadonlyMap<string, string> {
  return new Map(skills.flatMap(filesOf));
}

const note = (page: string) =>
  `<!-- Generated from apps/docs${page} by \`npm run docs:skills\`. Edit the docs instead. -->`;

function filesOf(skill: Skill): [string, string][] {
  const name = `sluice-${skill.package}`;
  const folder = join(root, "packages", skill.package, "skills", name);
  const references = skill.pages.map((page): [string, string] => [
    join(folder, "references", `${nameOf(page)}.md`),
    `${note(`${page}.md`)}\n\n${linked(expand(fileOf(page)), page, skill)}\n`,
  ]);
  return [[join(folder, "SKILL.md"), frontPage(name, skill)], ...references];
}

const nameOf = (page: string) => page.slice(1).replaceAll("/", "-");

function frontPage(name: string, { package: of, description, rules, pages }: Skill): string {
  const titles = pages.map((page) => `- [${titleOf(page)}](references/${nameOf(page)}.md)`);
  return `---
name: ${name}
description: ${JSON.stringify(description)}
metadata:
  library: "@sluice/${of}"
---

${note("/build/skills.ts")}

# @sluice/${of}

${rules.map((rule) => `- ${rule}`).join("\n")}

The types are the contract's, so let the compiler check what you write. Read before you write:

${titles.join("\n")}
`;
}

const titleOf = (page: string) => /^# (.+)$/m.exec(expand(fileOf(page)))?.[1] ?? nameOf(page);

/** Links to pages of the skill lead to its files; those to other pages are text, as the site isn't in the package. */
const linked = (text: string, from: string, { pages }: Skill) =>
  text.replace(/\[([^\]]+)\]\((\.{0,2}\/[^)#]*|)(#[^)]*)?\)/g, (_all, words: string, target: string, anchor = "") => {
    if (target === "") return `[${words}](${anchor})`;
    const page = posix.join(posix.dirname(from), target);
    return pages.includes(page) ? `[${words}](${nameOf(page)}.md${anchor})` : words;
  });
