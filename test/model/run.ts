import { turns, within } from "../conformance/within.js";
import { chooseAction } from "./actions/index.js";
import { publishMuch, publishSeen } from "./actions/publishing.js";
import { logKinds } from "./kinds.js";
import { Model } from "./model.js";
import type { Observer } from "./observer.js";
import type { Sabotage } from "./sabotage.js";
import { settle } from "./settle.js";

/** How much happens in a run, and how many subscribe at its start. */
const length = 90;
const crowd = 6;

/**
 * One run, made of its seed: servers, clients and what happens to them. Then all faults stop, everybody must reach the end
 * of history, and when they have left nothing may be kept for them.
 *
 * @throws Error naming the seed, the promises that were broken, and what happened before.
 */
export async function runModel(seed: number, sabotage: Sabotage = {}): Promise<void> {
  const model = new Model(seed, sabotage);
  await model.start();
  for (let i = 0; i < crowd; i++) model.joinAny();
  for (let i = 0; i < length; i++) {
    model.steps.push(await chooseAction(model)(model));
    await turns(model.upTo(6));
    model.check();
  }
  await heal(model);
  await dissolve(model);
}

/** A run in which one reader stands still while more is published than all buffers on the way could hold. */
export async function runHeavy(seed: number, sabotage: Sabotage = {}): Promise<void> {
  const model = new Model(seed, sabotage);
  await model.start();
  const kind = model.pick(logKinds);
  const slow = model.join(kind, "loop");
  model.join(kind, "handlers");
  await model.eventually(async () => {
    await publishSeen(model, kind);
    model.mustBe(slow.at !== undefined, "the slow reader has begun");
  });
  slow.hold();
  for (let i = 0; i < 25; i++) {
    await publishMuch(model, kind);
    model.steps.push(`publish much to ${kind.name}`);
    await turns(10);
    model.check();
  }
  await heal(model);
  await dissolve(model);
}

/** No fault from now on. */
async function heal(model: Model): Promise<void> {
  model.proxy.heal();
  makeRoom(model);
  await completeDeploy(model);
  await within(Promise.all(model.fleet.draining), () => "Drains did not end");
  await settle(model);
}

/** One server at least has the contract that whatever was published fits. */
async function completeDeploy({ fleet, change }: Model): Promise<void> {
  if (!fleet.serving.some(({ edition }) => edition === change.new)) await fleet.add(change.new);
}

/** As many leave as are beyond the limits; the others must come in where they were refused. */
function makeRoom({ limits, observers, proxy }: Model): void {
  const { connections = Number.POSITIVE_INFINITY, connectionsPerClient = Number.POSITIVE_INFINITY } = limits;
  const staying: Observer[] = [];
  for (const observer of observers.filter(({ over }) => over === undefined)) {
    const own = staying.filter(({ login }) => login.user === observer.login.user).length;
    if (staying.length < connections && own < connectionsPerClient) staying.push(observer);
    else observers.splice(observers.indexOf(observer), 1)[0]?.stop();
  }
  // Those that fell silent hold places that nobody would come back to.
  if (connections < Number.POSITIVE_INFINITY) proxy.cut("reset");
}

/** Everybody leaves, and nothing is kept of anybody. */
async function dissolve(model: Model): Promise<void> {
  for (const observer of model.observers) observer.stop();
  model.proxy.cut("reset"); // those that fell silent are all that is left: to the server, they are still there
  await model.eventually(() => {
    for (const { held, port } of model.fleet.all) model.mustBe(held === 0, `nothing is held on ${port}; it is ${held}`);
    const { running } = model.generators;
    model.mustBe(running === 0, `no generator runs; it is ${running}`);
  });
  // A run's end is appended after its generator is over, and a late log takes a while for that.
  const areAllWritten = () =>
    model.mustBe(model.generators.wrong().length === 0, "each run is in its log, with its end");
  await model.eventually(areAllWritten).catch(() => {}); // what is wrong all the same is told in other words
  for (const complaint of model.generators.wrong()) model.blame(complaint);
  model.check();
}
