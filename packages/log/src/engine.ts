export { append, checkAppend } from "./engine/append.js";
export { byteLength } from "./engine/byte-length.js";
export { type OptionChecks, optionChecks } from "./engine/check-options.js";
export { checkText } from "./engine/check-text.js";
export { mintEpoch } from "./engine/epoch.js";
export { checkLease, isLease, type LeaseState, noLease, TopicLease } from "./engine/lease.js";
export { chainMark, genesisMark, keyedHash } from "./engine/mark.js";
export {
  type DedupeOptions,
  type EngineOptions,
  type EngineSettings,
  engineOptionNames,
  resolveEngineOptions,
} from "./engine/options.js";
export { checkCount, open, read } from "./engine/read.js";
export type { Retentions } from "./engine/retentions.js";
export type { EngineTopic } from "./engine/topic.js";
export { Watchers } from "./engine/watchers.js";
