export { contract } from "../../../apps/example/quick-start/contract.js";
