import { MutationObserver, onlineManager } from "@tanstack/query-core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { answered, openRoom, refused, reopened, room, said, state } from "../test-kit/pending-room.test-kit.js";
import { at, live, until } from "../test-kit/set-up.test-kit.js";
import { sluiceMutation, sluicePending } from "./index.js";

describe("a pending change", () => {
  it("shows at once, and turns into its event without a moment in between", async () => {
    const { seen, stream, say } = await openRoom();
    const { sent, request } = await say("b");
    expect(seen).toEqual(["a", "aB"]);
    stream?.send(said("b", 6));
    await until(() => seen.length === 3);
    request.answer(...answered(6));
    await sent;
    stream?.send(said("c", 7));
    await until(() => seen.length === 4);
    expect(seen).toEqual(["a", "aB", "ab", "abc"]);
  });

  it("stays when it is answered first, until the event comes", async () => {
    const { seen, server, stream, say, shout } = await openRoom();
    for (const [id, send, offset] of [
      ["b", say, 6],
      ["c", shout, 7],
    ] as const) {
      const { sent, request } = await send(id);
      request.answer(...answered(offset));
      await sent;
      stream?.send(said(id, offset));
      await until(() => seen.at(-1)?.endsWith(id) === true);
    }
    expect(seen).toEqual(["a", "aB", "ab", "abC", "abc"]);
    expect(server.requests).toHaveLength(3); // nobody had to ask for a fresh state
  });

  it("goes when it is refused, also if the application has handlers of its own", async () => {
    const { seen, stream, client, start } = await openRoom();
    const onError = vi.fn();
    const optimistic = ({ id }: { id: string }) =>
      sluicePending(client.room, room, { state: (all) => [...all, id.toUpperCase()] });
    const { sent, request } = await start({ ...sluiceMutation(client.say, { optimistic }), onError }, "b");
    stream?.send(said("x", 6));
    await until(() => seen.at(-1) === "axB");
    request.answer(...refused);
    await expect(sent).rejects.toMatchObject({ code: "notFound" });
    expect(seen).toEqual(["a", "aB", "axB", "ax"]);
    expect(onError).toHaveBeenCalledTimes(1);
  });

  it("keeps its place among several, of which any may go first", async () => {
    const { seen, stream, say } = await openRoom([]);
    const [b, c, d] = [await say("b"), await say("c"), await say("d")];
    stream?.send(said("c", 6));
    await until(() => seen.at(-1) === "cBD");
    d.request.answer(...refused);
    await until(() => seen.at(-1) === "cB");
    stream?.send(said("b", 7));
    await until(() => seen.at(-1) === "cb");
    expect(seen).toEqual(["", "B", "BC", "BCD", "cBD", "cB", "cb"]);
    b.request.answer(...answered(7));
    c.request.answer(...answered(6));
    await Promise.all([b.sent, c.sent]);
    expect(seen).toHaveLength(7);
  });

  it("goes once for each event, if several look alike", async () => {
    const { seen, stream, shout } = await openRoom([]);
    await shout("b");
    await shout("b");
    stream?.send(said("b", 6));
    await until(() => seen.at(-1) === "bB");
    stream?.send(said("b", 7));
    await until(() => seen.at(-1) === "bb");
    expect(seen).toEqual(["", "B", "BB", "bB", "bb"]);
  });
});

describe("while the subscription is cut off", () => {
  it("goes when a snapshot is at the cursor of its answer", async () => {
    const { seen, server, clock, stream, say } = await openRoom();
    stream?.cut();
    const { sent, request } = await say("b");
    request.answer(...answered(7));
    await sent;
    const reset = { kind: "reset", reason: "trimmed", oldest: at(6), head: at(7) } as const;
    (await reopened(server, clock)).open().send(reset, state(["a", "x", "b"], 7), live(7));
    await until(() => seen.at(-1) === "axb");
    expect(seen).toEqual(["a", "aB", "axb"]);
  });

  it("asks for a fresh state if a snapshot may have it, and the answer names no place", async () => {
    const { seen, server, clock, stream, shout } = await openRoom();
    const { sent, request } = await shout("b");
    stream?.cut();
    const reset = { kind: "reset", reason: "epoch", oldest: at(0, "F"), head: at(1, "F") } as const;
    (await reopened(server, clock)).open().send(reset, state(["x"], 1, "F"), { kind: "live", id: at(1, "F") });
    await until(() => seen.at(-1) === "xB");
    request.answer(200, {}, {});
    await sent;
    (await reopened(server, clock)).open().send(state(["x", "b"], 2, "F"), { kind: "live", id: at(2, "F") });
    await until(() => seen.at(-1) === "xb");
    expect(seen).toEqual(["a", "aB", "xB", "xb"]);
  });

  it("asks once for all that are answered while a fresh state is on its way", async () => {
    const { seen, server, clock, stream, shout } = await openRoom();
    const [b, c, d] = [await shout("b"), await shout("c"), await shout("d")];
    stream?.cut();
    const reset = { kind: "reset", reason: "epoch", oldest: at(0, "F"), head: at(1, "F") } as const;
    (await reopened(server, clock)).open().send(reset, state(["x"], 1, "F"), { kind: "live", id: at(1, "F") });
    await until(() => seen.at(-1) === "xBCD");
    b.request.answer(200, {}, {});
    await b.sent;
    const first = await reopened(server, clock);
    for (const { request, sent } of [c, d]) {
      request.answer(200, {}, {});
      await sent;
    }
    first.open().send(state(["x", "b"], 2, "F"), { kind: "live", id: at(2, "F") });
    await until(() => seen.at(-1) === "xbCD");
    const second = await reopened(server, clock);
    second.open().send(state(["x", "b", "c", "d"], 4, "F"), { kind: "live", id: at(4, "F") });
    await until(() => seen.at(-1) === "xbcd");
  });

  it("shows a mutation that waits for the network", async () => {
    const { seen, queryClient, client } = await openRoom();
    onlineManager.setOnline(false);
    onTestFinished(() => onlineManager.setOnline(true));
    const optimistic = ({ id }: { id: string }) =>
      sluicePending(client.room, room, { state: (all) => [...all, id.toUpperCase()] });
    const observer = new MutationObserver(queryClient, sluiceMutation(client.say, { optimistic }));
    void observer.mutate({ ...room, id: "b" }).catch(() => {});
    await until(() => seen.at(-1) === "aB");
    queryClient.getMutationCache().clear(); // as after a logout
    expect(seen.at(-1)).toBe("a");
  });
});

describe("views that come and go", () => {
  it("show it when they come back, and what is true in the end", async () => {
    const { seen, stream, hide, show, say, queryClient, options } = await openRoom();
    const { sent, request } = await say("b");
    hide?.();
    stream?.send(said("x", 6));
    await until(() => queryClient.getQueryData(options.queryKey)?.join("") === "axB");
    show();
    request.answer(...refused);
    await sent.catch(() => {});
    await until(() => seen.at(-1) === "ax");
    expect(seen).toEqual(["a", "aB", "axB", "ax"]);
  });

  it("show it if they are opened meanwhile; without one nothing is opened", async () => {
    const { seen, server, show, say } = await openRoom([], { isShown: false });
    const { sent, request } = await say("b");
    show();
    const stream = (await server.next()).open().send(state(["a"], 5), live(5));
    await until(() => seen.at(-1) === "aB");
    request.answer(...answered(6));
    await sent;
    stream.send(said("b", 6));
    await until(() => seen.at(-1) === "ab");
    expect(seen).toEqual(["aB", "ab"]);
    expect(server.requests.map(({ path }) => path)).toEqual(["/api/say", "/api/room"]);
  });

  it("leave no subscription open behind a mutation that is over", async () => {
    const { hide, stream, clock, say } = await openRoom();
    const { sent, request } = await say("b");
    hide?.();
    request.answer(...refused);
    await sent.catch(() => {});
    clock.advance(5_000);
    await until(() => stream?.isGone === true);
  });

  it("leave it to a subscription that is open for another reason, which is left again", async () => {
    const { client, server, hide, stream, clock, say, queryClient, options } = await openRoom();
    const warned = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => warned.mockRestore());
    const stop = client.room.subscribe(room, {});
    hide?.();
    const { sent, request } = await say("b");
    expect(queryClient.getQueryData(options.queryKey)?.join("")).toBe("aB");
    stream?.send(said("b", 6));
    await until(() => queryClient.getQueryData(options.queryKey)?.join("") === "ab");
    request.answer(...answered(6));
    await sent;
    expect(warned).not.toHaveBeenCalled();
    expect(server.requests).toHaveLength(2);
    stop();
    clock.advance(5_000);
    await until(() => stream?.isGone === true);
  });
});

it("asks for a fresh state if the event doesn't come", async () => {
  const { seen, server, shout } = await openRoom();
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { sent, request } = await shout("b");
  request.answer(200, {}, {});
  await sent;
  expect(server.requests).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(5_000);
  vi.useRealTimers();
  (await server.next()).open().send(state(["a"], 5), live(5));
  await until(() => seen.at(-1) === "a");
  expect(seen).toEqual(["a", "aB", "a"]);
});

it("reports a change that throws, and shows the state without it", async () => {
  const { seen, stream, client, start } = await openRoom();
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => error.mockRestore());
  const optimistic = () =>
    sluicePending(client.room, room, {
      state: () => {
        throw new Error("no change");
      },
    });
  await start(sluiceMutation(client.say, { optimistic }), "b");
  stream?.send(said("x", 6));
  await until(() => seen.at(-1) === "ax");
  expect(error).toHaveBeenCalled();
});

it.each([
  ["nothing", () => undefined, "returned undefined; allowed are what sluicePending returns"],
  ["a list of nothing", () => [undefined], "returned undefined"],
  ["a promise", async () => [], "It can't be asynchronous."],
  ["something else", () => ({ state: 1 }), '"optimistic" of say returned an object'],
])("says so if what is optimistic is %s, and sends nothing", async (_, optimistic, sentence) => {
  const { client, queryClient, server } = await openRoom();
  const observer = new MutationObserver(queryClient, sluiceMutation(client.say, { optimistic: optimistic as never }));
  await expect(observer.mutate({ ...room, id: "b" })).rejects.toThrow(sentence);
  expect(server.requests).toHaveLength(1);
});
