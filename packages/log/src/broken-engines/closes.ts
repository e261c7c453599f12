import { LogError } from "../port/log-error.js";
import { type BrokenEngine, broken } from "./broken.js";

const caughtBy = ["is closed once, and then answers nothing, if it can be closed"];
const gone = () => Promise.reject(new LogError("unavailable", "It is closed."));

export const brokenCloses: readonly BrokenEngine[] = [
  { name: "goes on after it was closed", setup: broken(() => ({ close: async () => {} })), caughtBy },
  {
    name: "can't be closed twice",
    setup: broken(() => {
      let isClosed = false;
      return {
        async close() {
          if (isClosed) throw new Error("closed");
          isClosed = true;
        },
        ...{ append: gone, open: gone, free: gone },
      };
    }),
    caughtBy,
  },
];
