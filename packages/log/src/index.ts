export type * from "./log.js";
export { LogError } from "./log-error.js";
export { type MemoryLogOptions, memoryLog, type Retention } from "./memory.js";
