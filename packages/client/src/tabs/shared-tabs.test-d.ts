import { expectTypeOf, test } from "vitest";
import { createClient } from "../client.js";
import { contract } from "../test-kit/set-up.test-kit.js";
import { sharedTabs, type TabSharing } from "./index.js";

test("the key names a user, or says that there is none", () => {
  expectTypeOf(sharedTabs({ key: "u1" })).toEqualTypeOf<TabSharing>();
  sharedTabs({ key: 7 });
  sharedTabs({ key: null });
  // @ts-expect-error: who has no user says so
  sharedTabs({});
  // @ts-expect-error: who has no user says so
  sharedTabs();
  const user: { readonly id: string } | undefined = undefined as { readonly id: string } | undefined;
  // @ts-expect-error: without a user the key would be undefined
  sharedTabs({ key: user?.id });
  sharedTabs({ key: user?.id ?? null });
});

test("a client takes what it gives", () => {
  createClient(contract, { url: "/api", tabs: sharedTabs({ key: "u1" }) });
  // @ts-expect-error: not its options
  createClient(contract, { url: "/api", tabs: { key: "u1" } });
});
