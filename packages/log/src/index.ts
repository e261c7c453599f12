export type * from "./log.js";
export { isNamedLog } from "./memory/named-logs.js";
export { type MemoryLogOptions, memoryLog } from "./memory.js";
export { LogError } from "./port/log-error.js";
