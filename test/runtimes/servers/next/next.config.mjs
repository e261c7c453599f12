import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** The packages are links to folders of the repository. */
export default { turbopack: { root }, outputFileTracingRoot: root };
