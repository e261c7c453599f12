import { turns, within } from "../../conformance/within.js";
import { settle } from "../settle.js";
import { chooseProcessAction } from "./actions.js";
import { ProcessModel, type ProcessModelOptions } from "./process-model.js";

/** The actions in a run, and the subscribers at its start. */
const length = 60;
const crowd = 6;

/**
 * One run, derived from its seed, of two servers in processes of their own on one Redis. Times are real, so a seed gives the same
 * actions, and not the same run.
 *
 * @throws Error naming the seed, the promises that were broken, and what happened before.
 */
export async function runProcesses(seed: number, options: ProcessModelOptions): Promise<void> {
  const model = new ProcessModel(seed, options);
  await model.start();
  for (let i = 0; i < crowd; i++) model.joinAny();
  for (let i = 0; i < length; i++) {
    model.steps.push(await chooseProcessAction(model)(model));
    await turns(model.upTo(6));
    model.check();
  }
  model.proxy.heal();
  await within(Promise.all(model.publishing), () => "Publishes did not end");
  await within(Promise.all(model.revoking), () => "Revocations did not end");
  await model.awaitServers();
  await settle(model);
  await model.dissolve();
}
