import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import * as mini from "zod/mini";
import { defineContract, type InputOf, mutation, type ParsedInputOf, query, subscription } from "./index.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

const comment = z.object({
  text: z.string(),
  at: isoDate,
  likes: z.int().default(0),
  get replies() {
    return z.array(comment);
  },
});
interface Comment {
  text: string;
  at: Date;
  likes?: number | undefined;
  replies: Comment[];
}

const folder = z.object({
  name: z.string(),
  sort: z.enum(["name", "date"]).default("name"),
  get parent() {
    return folder.optional();
  },
  get files() {
    return z.array(z.object({ name: z.string(), in: folder.nullable() })).default([]);
  },
});
interface Folder {
  name: string;
  sort?: "name" | "date" | undefined;
  parent?: Folder | undefined;
  files?: { name: string; in: Folder | null }[] | undefined;
}

interface Query {
  all?: Query[] | undefined;
  word: string;
}
const search: z.ZodType<Query> = z.lazy(() => z.object({ all: z.array(search).optional(), word: z.string() }));

const contract = defineContract({
  comment: mutation({ input: comment }),
  thread: subscription({
    input: z.object({ root: comment, order: z.string().default("new") }),
    events: { added: comment },
    state: { schema: z.array(comment), initial: [], apply: { added: (all, one) => [...all, one] } },
  }),
  folder: mutation({ input: folder, output: folder }),
  search: query({ input: z.object({ where: search, since: isoDate }) }),
  rest: query({ input: z.tuple([z.string(), isoDate], isoDate) }),
  open: query({ input: z.object({ at: isoDate }).catchall(isoDate) }),
  both: query({ input: z.intersection(z.object({ at: isoDate }), z.object({ n: z.int().default(1) })) }),
  brand: query({ input: z.object({ id: z.string().brand<"id">(), at: isoDate }) }),
  tags: query({ input: z.object({ tags: z.array(z.string()).readonly() }) }),
  mini: query({
    input: mini.object({
      n: mini._default(mini.number(), 1),
      at: mini.codec(mini.string(), mini.date(), {
        decode: (text) => new Date(text),
        encode: (date) => date.toISOString(),
      }),
    }),
  }),
  deep: query({ input: z.object({ a: z.object({ b: z.object({ c: z.object({ d: z.object({ at: isoDate }) }) }) }) }) }),
});
type Contract = typeof contract;

test("a recursive input may contain codecs and defaults", () => {
  expectTypeOf<{ text: string; at: Date; replies: { text: string; at: Date; replies: [] }[] }>().toExtend<
    InputOf<Contract["comment"]>
  >();
  expectTypeOf<InputOf<Contract["comment"]>>().toExtend<Comment>();
  expectTypeOf<Comment>().toExtend<InputOf<Contract["comment"]>>();
  expectTypeOf<{ root: Comment }>().toExtend<InputOf<Contract["thread"]>>();
  expectTypeOf<Folder>().toExtend<InputOf<Contract["folder"]>>();
  expectTypeOf<InputOf<Contract["folder"]>>().toExtend<Folder>();
  expectTypeOf<ParsedInputOf<Contract["folder"]>["sort"]>().toEqualTypeOf<"name" | "date">();
  expectTypeOf<{ text: string; at: string; replies: [] }>().not.toExtend<InputOf<Contract["comment"]>>();
  expectTypeOf<{ where: Query; since: Date }>().toEqualTypeOf<InputOf<Contract["search"]>>();
});

test("a codec has its code type in any place", () => {
  expectTypeOf<InputOf<Contract["rest"]>>().toEqualTypeOf<[string, Date, ...Date[]]>();
  expectTypeOf<{ at: Date; other: Date }>().toExtend<InputOf<Contract["open"]>>();
  expectTypeOf<{ at: Date; other: string }>().not.toExtend<InputOf<Contract["open"]>>();
  expectTypeOf<{ at: Date }>().toExtend<InputOf<Contract["both"]>>();
  expectTypeOf<InputOf<Contract["mini"]>>().toEqualTypeOf<{ at: Date; n?: number | undefined }>();
  expectTypeOf<InputOf<Contract["deep"]>["a"]["b"]["c"]["d"]>().toEqualTypeOf<{ at: Date }>();
});

test("a brand is required, and a readonly array is accepted", () => {
  expectTypeOf<{ id: string; at: Date }>().not.toExtend<InputOf<Contract["brand"]>>();
  expectTypeOf<InputOf<Contract["tags"]>>().toEqualTypeOf<{ tags: readonly string[] }>();
});
