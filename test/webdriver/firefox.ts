import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programOf } from "./browsers.ts";
import { connectMarionette } from "./marionette.ts";
import { answer, end, start } from "./program.ts";
import type { Command, Session } from "./session.ts";

/** Firefox connects only to this machine, and opens only given pages. */
const preferences = {
  "network.proxy.type": 1,
  "network.proxy.http": "127.0.0.1",
  "network.proxy.http_port": 9,
  "network.proxy.ssl": "127.0.0.1",
  "network.proxy.ssl_port": 9,
  "services.settings.server": "data:,#none",
  "marionette.port": 0, // any that is free
  "browser.startup.page": 0,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "toolkit.telemetry.reportingpolicy.firstRun": false,
  "app.update.disabledForTesting": true,
  "dom.disable_open_during_load": false,
};

const commands: Record<Command, string> = {
  navigate: "WebDriver:Navigate",
  script: "WebDriver:ExecuteScript",
  newWindow: "WebDriver:NewWindow",
  windows: "WebDriver:GetWindowHandles",
  switch: "WebDriver:SwitchToWindow",
  closeWindow: "WebDriver:CloseWindow",
};

/** Firefox with a profile of its own, driven over Marionette, which it brings along. */
export async function startFirefox(): Promise<Session> {
  const profile = await mkdtemp(join(tmpdir(), "sluice-firefox-"));
  const lines = Object.entries(preferences).map(([key, value]) => `user_pref("${key}", ${JSON.stringify(value)});\n`);
  await writeFile(join(profile, "user.js"), lines.join(""));
  const child = start(
    programOf("firefox", "firefox"),
    ["--headless", "--marionette", "--no-remote", "--profile", profile, "about:blank"],
    { stdio: "ignore", env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: "1" } },
  );
  const remove = async () => {
    await end(child);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const port = Number(await answer(child, () => readFile(join(profile, "MarionetteActivePort"), "utf8")));
    const socket = connect(port, "127.0.0.1");
    const call = await connectMarionette(socket);
    await call("WebDriver:NewSession", {});
    return {
      async send(command, params = {}) {
        const result = await call(commands[command], params);
        return result !== null && typeof result === "object" && "value" in result ? result.value : result;
      },
      async stop() {
        socket.destroy();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
