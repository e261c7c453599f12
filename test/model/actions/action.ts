import type { Model } from "../model.js";

/** Something that happens to a run. It says what it did. */
export type Action = (model: Model) => string | Promise<string>;
