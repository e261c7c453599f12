import { once } from "node:events";
import { freePort } from "../support/free-port.ts";
import { programOf } from "./browsers.ts";
import { answer, end, start } from "./program.ts";
import type { Command, Session } from "./session.ts";

type Request = readonly [method: string, path: string];

const commands: Record<Command, Request> = {
  navigate: ["POST", "/url"],
  script: ["POST", "/execute/sync"],
  newWindow: ["POST", "/window/new"],
  windows: ["GET", "/window/handles"],
  switch: ["POST", "/window"],
  closeWindow: ["DELETE", "/window"],
};

/** WebKitGTK's small browser on a screen of its own, driven over HTTP by WebKitWebDriver. */
export async function startWebKit(): Promise<Session> {
  const screen = ["-displayfd", "1", "-screen", "0", "1400x1100x24", "-nolisten", "tcp"];
  const xvfb = start(programOf("webkit", "Xvfb"), screen, { stdio: ["ignore", "pipe", "ignore"] });
  const [display] = (await once(xvfb.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  const port = await freePort();
  const driver = start(programOf("webkit", "WebKitWebDriver"), [`--port=${port}`], {
    stdio: "ignore",
    // In the C locale `navigator.language` is "C", which Intl refuses.
    env: { ...process.env, DISPLAY: `:${String(display).trim()}`, LANG: "en_US.UTF-8", LC_ALL: "" },
  });

  async function ask([method, path]: Request, body?: object): Promise<unknown> {
    const url = `http://127.0.0.1:${port}${path}`;
    const response = await fetch(url, { method, ...(method === "POST" && { body: JSON.stringify(body ?? {}) }) });
    const { value } = (await response.json()) as { value: { message?: string } };
    if (!response.ok) throw new Error(`${method} ${path}: ${value.message}`);
    return value;
  }

  const stop = async () => {
    await end(driver);
    await end(xvfb);
  };
  try {
    const options = { binary: programOf("webkit", "MiniBrowser"), args: ["--automation"] };
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
    await answer(driver, () => ask(["GET", "/status"]));
    const { sessionId } = (await ask(["POST", "/session"], { capabilities })) as { sessionId: string };
    const session = `/session/${sessionId}`;
    return {
      send(command, params) {
        const [method, path] = commands[command];
        return ask([method, session + path], params);
      },
      async stop() {
        await ask(["DELETE", session]).catch(() => {}); // ends the browser, which is not our child
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
