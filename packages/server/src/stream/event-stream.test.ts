import { describe, expect, it } from "vitest";
import { Lifetime } from "../time/lifetime.js";
import { ManualClock } from "../time/manual-clock.test-kit.js";
import { TimerWheel } from "../time/timer-wheel.js";
import { Counters } from "../topic/counters.js";
import { SharedBytes } from "../topic/shared-bytes.js";
import { EventStream } from "./event-stream.js";

function setUp({ isFull = false, context = {} as object, connectionLife = 3_600_000, resumable = true } = {}) {
  const clock = new ManualClock();
  const lifetime = new Lifetime();
  const written: string[] = [];
  const ends: string[] = [];
  let drain = () => {};
  const sink = {
    isFull,
    write(text: string) {
      written.push(text);
      return !sink.isFull;
    },
    writeShared: ({ plain }: SharedBytes) => sink.write(plain.toString()),
    end: () => void ends.push("end"),
    destroy: () => void ends.push("destroy"),
    onDrain(listener: () => void) {
      drain = listener;
    },
  };
  const connections = new Set<EventStream>();
  const settings = {
    wheel: new TimerWheel(clock),
    heartbeat: 1_000,
    retry: 700,
    stallTimeout: 5_000,
    limits: { connectionLife },
    connections,
    counters: new Counters(),
  };
  const source = {
    topic: "x",
    context,
    resumable,
    open: (heartbeat: number) => ({ kind: "open", stream: "live", heartbeat, resumable }) as const,
    start: () => {},
  };
  const connection = new EventStream(sink, source, lifetime, settings);
  return { clock, lifetime, written, ends, sink, connection, connections, drain: () => drain() };
}

describe("a connection", () => {
  it("sends a heartbeat when nothing was written for the interval, and not before", () => {
    const { clock, connection, written } = setUp();
    clock.advance(750);
    connection.write("x");
    clock.advance(750);
    expect(written).toEqual(["x"]);
    clock.advance(500);
    expect(written).toEqual(["x", ": \n\n"]);
  });

  it("writes what was held back in one piece, before shared bytes that follow", () => {
    const { connection, written } = setUp();
    connection.cork();
    connection.write("a");
    connection.write("b");
    expect(written).toEqual([]);
    connection.uncork();
    connection.writeShared(new SharedBytes("c"), 1);
    expect(written).toEqual(["ab", "c"]);
  });

  it("writes nothing after its end, also where its authorisation ends between what was held back and what follows", () => {
    const { clock, connection, written, ends } = setUp({ context: { expiresAt: 1_000 } });
    connection.cork();
    connection.write("a");
    const looks = [999, 1_000];
    clock.now = () => looks.shift() ?? 1_000;
    expect(connection.writeShared(new SharedBytes("b"), 1)).toBe(false);
    expect([written, ends]).toEqual([[expect.stringContaining("unauthorized")], ["end"]]);
  });

  it("gives up a socket that takes nothing for the stall timeout", () => {
    const { clock, connection, ends, sink } = setUp();
    sink.isFull = true;
    expect(connection.write("x")).toBe(false);
    clock.advance(4_750);
    expect(ends).toEqual([]);
    clock.advance(500);
    expect(ends).toEqual(["destroy"]);
    expect(connection.closed).toBe(true);
  });

  it("spares one that drains in time, and wakes who waits for it", async () => {
    const { clock, connection, ends, sink, drain } = setUp();
    sink.isFull = true;
    connection.write("x");
    const writable = connection.writable();
    clock.advance(4_000);
    sink.isFull = false;
    drain();
    await writable;
    expect(connection.full).toBe(false);
    clock.advance(4_000);
    expect(ends).toEqual([]);
  });

  it("sends no heartbeat into a full socket", () => {
    const { clock, connection, written, sink } = setUp();
    sink.isFull = true;
    connection.write("x");
    clock.advance(3_000);
    expect(written).toEqual(["x"]);
  });

  it("that is revoked writes nothing of what it held back", () => {
    const { connection, written, ends } = setUp();
    connection.cork();
    connection.write("held back");
    connection.revoke("forbidden", "Revoked", { isFinal: true });
    expect(written).toEqual([
      'id: $end\nevent: $error\ndata: {"code":"forbidden","message":"Revoked","final":true}\n\n',
    ]);
    expect([ends, connection.closed]).toEqual([["end"], true]);
  });

  it("that is ended while its socket is full is destroyed after the stall timeout, unless it drains", () => {
    for (const drains of [false, true]) {
      const { clock, connection, ends, sink, drain } = setUp();
      sink.isFull = true;
      connection.write("x");
      connection.revoke("forbidden", "Revoked", { isFinal: true });
      clock.advance(4_750);
      if (drains) drain();
      clock.advance(500);
      expect([ends, clock.timers]).toEqual([drains ? ["end"] : ["end", "destroy"], 0]);
    }
  });

  it("leaves nothing behind: no timer, no place in the list, nobody waiting", async () => {
    const { clock, connection, connections, lifetime, sink } = setUp();
    connections.add(connection);
    sink.isFull = true;
    connection.write("x");
    const writable = connection.writable();
    lifetime.end();
    await writable;
    expect([clock.timers, connections.size, connection.write("y")]).toEqual([0, 0, false]);
  });

  it("is told to open anew when 80 to 100 % of its life is over, beats on, and is cut if it's still there", () => {
    const { clock, connection, written, ends } = setUp({ connectionLife: 60_000 });
    const drains = () => written.filter((text) => text.includes("$drain"));
    connection.start();
    clock.advance(47_750);
    expect(drains()).toEqual([]);
    while (clock.now() < 60_250 && drains().length === 0) clock.advance(250);
    expect(drains()).toEqual([expect.stringMatching(/^retry: (\d{1,3}|1000)\nevent: \$drain\n/)]);
    written.length = 0;
    clock.advance(4_750);
    expect([written, ends]).toEqual([Array(4).fill(": \n\n"), []]);
    clock.advance(500);
    expect([ends, drains(), connection.closed]).toEqual([["end"], [], true]);
  });

  it("is told so, too, when it always has something to write, or a full socket", () => {
    const busy = setUp({ connectionLife: 60_000 });
    for (let i = 0; i < 121; i++) {
      busy.clock.advance(500);
      busy.connection.write("x");
    }
    expect(busy.written.some((text) => text.includes("$drain"))).toBe(true);
    const full = setUp({ connectionLife: 4_000, isFull: true });
    full.connection.write("x");
    full.clock.advance(4_250);
    expect(full.written.some((text) => text.includes("$drain"))).toBe(true);
    full.clock.advance(5_250);
    expect(full.ends).toEqual(["destroy"]);
  });

  it("doesn't end together with those that were opened with it", () => {
    const ends = Array.from({ length: 20 }, () => {
      const { clock, written } = setUp({ connectionLife: 3_600_000 });
      while (clock.now() < 3_700_000 && !written.some((text) => text.includes("$drain"))) clock.advance(10_000);
      return clock.now();
    });
    expect(new Set(ends).size).toBeGreaterThan(5);
  });

  it("lives on where a cut would be the end", () => {
    const { clock, written } = setUp({ connectionLife: 60_000, resumable: false });
    clock.advance(600_000);
    expect(written.every((text) => text === ": \n\n")).toBe(true);
  });

  it("that is over before it starts writes nothing", () => {
    const { connection, lifetime, written } = setUp();
    lifetime.end();
    connection.start();
    expect(written).toEqual([]);
  });
});

describe("a lifetime", () => {
  it("tells everybody once, those who come late at once, and aborts the signal whenever it is asked for", () => {
    const lifetime = new Lifetime();
    const early = lifetime.signal;
    let told = 0;
    lifetime.watch({ onEnd: () => told++ });
    lifetime.end();
    lifetime.end();
    lifetime.watch({ onEnd: () => told++ });
    expect([told, early.aborted, lifetime.signal.aborted, lifetime.signal]).toEqual([2, true, true, early]);
    const late = new Lifetime();
    late.end();
    expect(late.signal.aborted).toBe(true);
  });
});

describe("what is too long for one write", () => {
  const long = `data: ${"x".repeat(3 * 64 * 1024)}\n\n`;

  it("keeps a reader that takes a piece now and then, for as long as it takes", () => {
    const { clock, connection, written, ends, sink, drain } = setUp({ isFull: true });
    expect(connection.write(long)).toBe(false);
    for (let piece = 1; piece < 4; piece++) {
      expect(written).toHaveLength(piece);
      clock.advance(4_500);
      drain();
    }
    expect(written.join("")).toBe(long);
    expect(ends).toEqual([]);
    sink.isFull = false;
    drain();
    expect(connection.full).toBe(false);
  });

  it.each(["text", "shared bytes"])("cuts one that takes nothing, in time: %s", (kind) => {
    const { clock, connection, ends, drain } = setUp({ isFull: true });
    if (kind === "text") connection.write(long);
    else connection.writeShared(new SharedBytes(long), 1);
    clock.advance(4_000);
    drain();
    clock.advance(4_750);
    expect(ends).toEqual([]);
    clock.advance(500);
    expect(ends).toEqual(["destroy"]);
  });

  it("has what follows it wait behind it, and the end of the stream", () => {
    const { connection, written, ends, drain } = setUp({ isFull: true });
    connection.write(long);
    connection.drain();
    connection.finish({ kind: "end" });
    for (let turn = 0; turn < 10; turn++) drain();
    expect(written.join("")).toMatch(
      /^data: x+\n\nretry: \d+\nevent: \$drain\ndata: .*\n\nid: \$end\nevent: \$end\ndata: \{\}\n\n$/,
    );
    expect(ends).toEqual(["end"]);
  });

  it("lets a stream that has ended take its time, too, and no longer than it takes some of it", () => {
    const { clock, connection, ends, drain } = setUp({ isFull: true });
    connection.write(long);
    connection.finish({ kind: "end" });
    clock.advance(4_000);
    drain();
    clock.advance(4_000);
    expect(ends).toEqual([]);
    clock.advance(1_500);
    expect(ends).toEqual(["destroy"]);
  });

  it("sends no frame after a revocation but the one that is half written", () => {
    const { connection, written, drain } = setUp({ isFull: true });
    connection.write(`${long}data: later\n\n`);
    connection.revoke("forbidden", "revoked", { isFinal: true });
    for (let turn = 0; turn < 10; turn++) drain();
    expect(written.join("")).toMatch(/^data: x+\n\nid: \$end\nevent: \$error\n/);
    expect(written.join("")).not.toContain("later");
  });

  it("is let go of when the client has left", () => {
    const { connection, lifetime, written, drain } = setUp({ isFull: true });
    connection.write(long);
    lifetime.end();
    drain();
    expect(written).toHaveLength(1);
  });
});
