const shared = ["@sluice/contract", "zod"];

/** What a bundler that takes the export condition `production`, as most do, makes of an entry. */
const production = (check) => ({
  ...check,
  gzip: true,
  modifyEsbuildConfig: (config) => ({ ...config, conditions: ["production"], logLevel: "error" }),
});

export default [
  {
    name: "client, with all it imports but zod",
    path: "packages/client/dist/index-production.js",
    limit: "13.9 kB",
    ignore: ["zod"],
  },
  {
    name: "client/types-only, with all it imports",
    path: "packages/client/dist/types-only-production.js",
    limit: "14.2 kB",
  },
  {
    name: "client/query",
    path: "packages/client/dist/query-production.js",
    import: "{ sluiceKey, sluiceMutation, sluiceQuery, sluiceSubscription }",
    limit: "3.9 kB",
    ignore: shared,
  },
  {
    name: "client/query, with optimistic updates",
    path: "packages/client/dist/query-production.js",
    import: "{ sluiceKey, sluiceMutation, sluicePending, sluiceQuery, sluiceSubscription }",
    limit: "4.97 kB",
    ignore: shared,
  },
  {
    name: "client/query, all of it: with what goes on from rendered pages",
    path: "packages/client/dist/query-production.js",
    limit: "7.06 kB",
    ignore: shared,
  },
  {
    name: "client/react",
    path: "packages/client/dist/react-production.js",
    limit: "4.3 kB",
    ignore: ["react", "@tanstack/react-query", ...shared],
  },
  {
    name: "client/tabs, beside a client",
    path: "packages/client/dist/tabs-production.js",
    limit: "6.8 kB",
    ignore: shared,
  },
  {
    name: "contract: what makes contracts, with all it imports but zod",
    path: "packages/contract/dist/index-production.js",
    import: "{ defineContract, mutation, query, subscription }",
    limit: "4 kB",
    ignore: ["zod"],
  },
].map(production);
