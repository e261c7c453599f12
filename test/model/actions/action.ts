import type { Model } from "../model.js";

/** One step of a run. Returns a description of what it did. */
export type Action = (model: Model) => string | Promise<string>;
