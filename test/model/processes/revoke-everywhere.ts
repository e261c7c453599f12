import type { Revocation } from "../access.js";
import type { Scenario } from "../scenario.js";
import type { ModelProcess } from "./model-process.js";
import type { ServerProcess } from "./server-pool.js";

type Revoking = Scenario & {
  /** Where a server runs now. */
  readonly up: readonly ModelProcess[];
  readonly isOver: boolean;
};

/** Revokes credentials on all servers, ends their streams through one of them, and waits until the others have heard of it. */
export async function revokeEverywhere(model: Revoking, revocation: Revocation): Promise<void> {
  const { access } = model;
  await atAll(model, (process) => process.call("revoke", revocation));
  access.revoke(revocation);
  while (!(await disconnect(model, revocation)) && !model.isOver)
    await new Promise((resolve) => setTimeout(resolve, 5));
  await model.eventually(async () => {
    const served = await atAll(model, (process) => process.call("served", revocation));
    model.mustBe(
      served.every((count) => !count),
      `${revocation.tag} is served nowhere after it was revoked`,
    );
  });
  await atAll(model, (process) => process.call("enforce", revocation));
  access.enforce(revocation);
}

const isThere = (place: ModelProcess, process: ServerProcess) => place.isUp && place.process === process;

/** What each server that is up answers; nothing of one that is killed meanwhile. */
async function atAll<T>({ up }: Revoking, ask: (process: ServerProcess) => Promise<T>): Promise<(T | undefined)[]> {
  return Promise.all(
    up.map(async (place) => {
      const { process } = place;
      try {
        return await ask(process);
      } catch (error) {
        if (isThere(place, process)) throw error;
        return undefined;
      }
    }),
  );
}

/** Whether a server could tell the others. */
async function disconnect(model: Revoking, revocation: Revocation): Promise<boolean> {
  const [place] = model.up;
  if (!place) return false;
  const { process } = place;
  try {
    await process.call("disconnect", revocation);
    return true;
  } catch (error) {
    // A server that doesn't reach the store says so. The run ends if that lasts.
    if (isThere(place, process) && !String(error).includes("repeat the call")) throw error;
    return false;
  }
}
