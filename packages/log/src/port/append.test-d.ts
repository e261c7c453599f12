import { expectTypeOf, it } from "vitest";
import type { Appended, AppendOptions, Conflict, Cursor, Lease, Leased, Log } from "../log.js";

declare const log: Log;
declare const after: Cursor;
declare const lease: Lease;

it("an append's answer type has the conflicts that its options allow", async () => {
  expectTypeOf(await log.append("a", [])).toEqualTypeOf<Appended>();
  expectTypeOf(await log.append("a", [], { idempotencyKey: "k", ttl: 1 })).toEqualTypeOf<Appended>();
  expectTypeOf(await log.append("a", [], { after })).toEqualTypeOf<Appended | Conflict>();
  expectTypeOf(await log.append("a", [], { lease })).toEqualTypeOf<Appended | Leased>();
  expectTypeOf(await log.append("a", [], { lease: { ttl: 1 } })).toEqualTypeOf<Appended | Leased>();
  expectTypeOf(await log.append("a", [], { after, lease })).toEqualTypeOf<Appended | Conflict>();
  expectTypeOf(await log.append("a", [], {} as AppendOptions)).toEqualTypeOf<Appended | Conflict>();
  expectTypeOf(await log.append("a", [], { after: after as Cursor | undefined })).toEqualTypeOf<Appended | Conflict>();
  expectTypeOf(await log.append("a", [], { after: undefined, lease: undefined })).toEqualTypeOf<Appended>();
});

it("an append accepts no other type of lease", () => {
  // @ts-expect-error a lease needs a ttl
  void log.append("a", [], { lease: {} });
  // @ts-expect-error the options are one object
  void log.acquire("a", 1_000);
});
