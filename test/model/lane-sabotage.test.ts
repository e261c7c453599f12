import { describe, expect, it } from "vitest";
import { complaints } from "./find-defect.js";
import { runModel } from "./run.js";
import type { Sabotage } from "./sabotage.js";

/** A network that changes each frame of a multiplexed stream, or withholds it. */
const inLanes = (change: (frame: LanedFrame) => string, where: "network" | "client" = "network"): Sabotage => ({
  [where]:
    (fetch: typeof globalThis.fetch): typeof globalThis.fetch =>
    async (address, init) => {
      const response = await fetch(address, init);
      if (!String(address).endsWith("/$streams")) return response;
      const decoder = new TextDecoder();
      const lanes = new Map<string, LanedFrame["seen"]>();
      let rest = "";
      const changing = new TransformStream<Uint8Array, string>({
        transform(chunk, controller) {
          const blocks = `${rest}${decoder.decode(chunk, { stream: true })}`.split("\n\n");
          rest = blocks.pop() as string;
          for (const block of blocks) {
            const [, lane = "", type = ""] = /^event: (\d+)\/(.+)$/m.exec(block) ?? [];
            const seen = lanes.get(lane) ?? { types: [] };
            const text = lane === "" ? block : change({ block, lane, type, seen, lanes: [...lanes.keys()] });
            if (lane !== "") lanes.set(lane, { types: [...seen.types, type].slice(-50) });
            if (text !== "") controller.enqueue(`${text}\n\n`);
          }
        },
      });
      const body = response.body?.pipeThrough(changing).pipeThrough(new TextEncoderStream());
      return new Response(body ?? null, response);
    },
});

interface LanedFrame {
  /** Its text, without the empty line. */
  readonly block: string;
  readonly lane: string;
  readonly type: string;
  /** What came before, in its lane. */
  readonly seen: { readonly types: readonly string[] };
  /** The lanes that are open. */
  readonly lanes: readonly string[];
}

/** Defects, and the model's complaint about each. */
const defects: readonly (readonly [string, RegExp, Sabotage])[] = [
  [
    "a server that hands a lane's event to another lane",
    /not what follows|, where history has|passes over|, where it is/,
    inLanes(({ block, lane, type, lanes }) => {
      const other = lanes.find((each) => each !== lane);
      return type === "item" && other !== undefined ? block.replace(`event: ${lane}/`, `event: ${other}/`) : block;
    }),
  ],
  [
    "a server that opens a lane that was not asked for",
    /which is no lane it asked for/,
    inLanes(({ block, type }) =>
      type === "$open" ? block.replace(/"subscriptions":\[\d+\]/, '"subscriptions":[99]') : block,
    ),
  ],
  [
    "a server that leaves out what came before a resumed lane was live",
    /not what follows|passes over/,
    inLanes(({ block, type, seen }) => (type === "item" && !seen.types.includes("$live") ? "" : block)),
  ],
  [
    "a client that forgets its newest subscription when it asks for several",
    /until #\d+ .* is at/,
    {
      client: (fetch) => (address, init) => {
        if (!String(address).endsWith("/$streams")) return fetch(address, init);
        const { subscriptions } = JSON.parse(String(init?.body));
        const kept = subscriptions.length > 1 ? subscriptions.slice(0, -1) : subscriptions;
        return fetch(address, { ...init, body: JSON.stringify({ subscriptions: kept }) });
      },
    },
  ],
  [
    "a merge that drops what came meanwhile",
    /^\d+: SEED=\d+ broke a promise:\n {2}- #\d+ \([^)]*\) (was told|went|has the state)/,
    inLanes(({ block, type, seen }) => (type === "item" && !seen.types.includes("$live") ? "" : block), "client"),
  ],
];

describe("the model finds", () => {
  it.each(defects)(
    "%s",
    async (_what, complaint, sabotage) => {
      expect((await complaints(runModel, sabotage, complaint)).at(-1)).toMatch(complaint);
    },
    120_000,
  );
});
