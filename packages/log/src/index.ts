export type * from "./log.js";
export { type MemoryLogOptions, memoryLog, type Retention } from "./memory.js";
export { LogError } from "./port/log-error.js";
