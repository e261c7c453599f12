import { turns, within } from "../conformance/within.js";
import { chooseAction } from "./actions/index.js";
import { publishMuch, publishSeen } from "./actions/publishing.js";
import { logKinds } from "./kinds.js";
import { Model, type ModelOptions } from "./model.js";
import type { Observer } from "./observer.js";
import type { Sabotage } from "./sabotage.js";
import { settle } from "./settle.js";
import { openSqliteStore } from "./sqlite/sqlite-store.js";

/** The actions in a run, and the subscribers at its start. */
const length = 90;
const crowd = 6;

/**
 * One run, derived from its seed: servers, clients, actions and faults. Then all faults stop, and every subscriber must reach
 * the end of history. When all have left, nothing may be kept for them.
 *
 * @throws Error naming the seed, the promises that were broken, and what happened before.
 */
export async function runModel(seed: number, sabotage: Sabotage = {}, options: ModelOptions = {}): Promise<void> {
  const model = new Model(seed, sabotage, options);
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

/** A run whose subscribers are in tabs, which open, close, crash and freeze. */
export const runTabs = (seed: number, sabotage: Sabotage = {}): Promise<void> =>
  runModel(seed, sabotage, { hasTabs: true });

/** A run on an SQLite file: whatever ends a server, its successor goes on where it was. */
export const runSqlite = (seed: number, sabotage: Sabotage = {}): Promise<void> =>
  runModel(seed, sabotage, { openStore: openSqliteStore });

/** A run in which one reader stalls while more is published than all buffers on the way can hold. */
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

/** Stops all faults. */
async function heal(model: Model): Promise<void> {
  model.proxy.heal();
  for (const origin of model.origins) origin.heal();
  makeRoom(model);
  await completeDeploy(model);
  await within(Promise.all(model.fleet.draining), () => "Drains did not end");
  await settle(model);
}

/** Ensures that at least one server has the new contract, which fits every published event. */
async function completeDeploy({ fleet, change }: Model): Promise<void> {
  if (!fleet.serving.some(({ edition }) => edition === change.new)) await fleet.add(change.new);
}

/** Stops the subscribers beyond the limits. The others must be admitted, even if they were refused before. */
function makeRoom({ limits, observers, proxy }: Model): void {
  const { streams = Number.POSITIVE_INFINITY, streamsPerClient = Number.POSITIVE_INFINITY } = limits;
  const staying: Observer[] = [];
  /** The streams that they may need: a client that shares one has a second one while its set changes. */
  const needed = (some: readonly Observer[]) =>
    [...new Set(some.map(({ home }) => home))].reduce(
      (sum, home) => sum + Math.min(2, observers.filter((each) => each.home === home).length),
      0,
    );
  for (const observer of observers.filter(({ over }) => over === undefined)) {
    const all = [...staying, observer];
    const own = all.filter(({ login }) => login.user === observer.login.user);
    if (needed(all) <= streams && needed(own) <= streamsPerClient) staying.push(observer);
    else observers.splice(observers.indexOf(observer), 1)[0]?.stop();
  }
  // Silent connections occupy places that no client returns to.
  if (streams < Number.POSITIVE_INFINITY) proxy.cut("reset");
}

/** Stops all subscribers, and checks that nothing is kept. */
async function dissolve(model: Model): Promise<void> {
  for (const observer of model.observers) observer.stop();
  model.proxy.cut("reset"); // only silent connections are left: the server still considers them open
  await model.eventually(() => {
    const { running } = model.generators;
    model.mustBe(running === 0, `no generator runs; it is ${running}`); // first: a run watches its topic
    for (const { held, port } of model.fleet.all) model.mustBe(held === 0, `nothing is held on ${port}; it is ${held}`);
  });
  // A run's end is appended after its generator is over, and a late log takes a while for that.
  const areAllWritten = () =>
    model.mustBe(model.generators.wrong().length === 0, "each run is in its log, with its end");
  await model.eventually(areAllWritten).catch(() => {}); // the loop below reports any remaining error
  for (const complaint of model.generators.wrong()) model.blame(complaint);
  model.check();
}
