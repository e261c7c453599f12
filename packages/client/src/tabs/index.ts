export type { TabSharing } from "../transport/transport.js";
export { type SharedTabsOptions, sharedTabs } from "./shared-tabs.js";
