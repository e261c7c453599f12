import { expect, test } from "vitest";
import { setUp, until } from "../test-kit/set-up.test-kit.js";

const open = '{"kind":"live","heartbeat":0,"resumable":true}';
const frame = (type: string, data: string, id?: string) =>
  `${id === undefined ? "" : `id: ${id}\n`}event: ${type}\ndata: ${data}\n\n`;

test.each([
  ["a head that is no cursor", frame("$open", '{"kind":"live","heartbeat":0,"resumable":true,"head":"now"}')],
  ["a snapshot whose id is no cursor", frame("$open", open) + frame("$snapshot", "1", "E.x.y")],
  ["a $live whose id is no cursor", frame("$open", open) + frame("$live", "{}", "here")],
  ["an $at whose id is no cursor", frame("$open", open) + frame("$at", "{}", "E.1")],
  ["a reserved id", frame("$open", open) + frame("$at", "{}", "$end")],
  ["an oldest that is none", frame("$open", open) + frame("$reset", '{"reason":"epoch","oldest":"","head":"E.0.0"}')],
  [
    "a head of a reset that is none",
    frame("$open", open) + frame("$reset", '{"reason":"epoch","oldest":"E.0.0","head":"1"}'),
  ],
  ["an event of a lane", frame("$open", open) + frame("7/post", '"a"', "E.1.a")],
  ["a control frame of a lane", frame("$open", open) + frame("7/$end", "{}")],
  ["a frame of a later protocol, of a lane", frame("$open", open) + frame("7/$later", "{}")],
  ["a $drain of a lane", frame("$open", open) + frame("7/$drain", '{"retry":1}')],
  ["an $open of a lane", frame("7/$open", open)],
])("a plain stream with %s is left with `protocol` (PROTOCOL §5.1)", async (_, text) => {
  const { server, client } = await setUp();
  const errors: string[] = [];
  client.feed.subscribe(undefined, { onError: ({ code }) => errors.push(code) });
  const request = await server.next();
  request.answer(200, { "content-type": "text/event-stream" }, text);
  await until(() => errors.length > 0);
  expect(errors).toEqual(["protocol"]);
});
