import { expect } from "vitest";
import { inLanes } from "./in-lanes.js";
import type { Reader } from "./reader.js";

/** Its id keeps a native `EventSource` from coming back. In a lane it has none. PROTOCOL §5.8, §10.2. */
export function expectFinalError({ text }: Reader): void {
  expect(text).toMatch(inLanes ? /\n\nevent: \d+\/\$error\n/ : /\n\nid: \$end\nevent: \$error\n/);
}
