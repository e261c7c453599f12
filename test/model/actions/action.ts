import type { FaultyProxy } from "../../faults/proxy.js";
import type { Model } from "../model.js";
import type { Scenario } from "../scenario.js";

/** One step of a run. Returns a description of what it did. */
export type Action<Of extends Scenario = Model> = (model: Of) => string | Promise<string>;

/** A scenario whose clients are behind a network that can break. */
export type Networked = Scenario & { readonly proxy: FaultyProxy };
