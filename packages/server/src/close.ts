import type { ControlFollower } from "./control/control-follower.js";
import { checkDrain, type DrainOptions, type DrainParts, drain } from "./drain.js";
import { closePublishing, type PublishSources } from "./publish/publish-events.js";

interface CloseParts extends DrainParts {
  readonly control: Pick<ControlFollower, "close">;
  readonly publishing: PublishSources;
}

/** Drains all clients, and ends what works without them; see `Sluice.close`. */
export async function close(parts: CloseParts, options: DrainOptions = {}): Promise<void> {
  checkDrain("close", options);
  const { control, publishing } = parts;
  return publishing.closing.once(async () => {
    await drain(parts, options);
    control.close();
    await closePublishing(publishing);
  });
}
