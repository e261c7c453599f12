export type * from "./log.js";
export { type MemoryLogOptions, memoryLog, type Retention } from "./memory.js";
