// Serves a stream without the globals that edge runtimes lack. Ends with 0 if all went well.
const [, , immediate] = process.argv;
const { setInterval: startInterval } = globalThis;
const timers = new Map();
globalThis.setInterval = (...args) => {
  timers.set(timers.size + 1, startInterval(...args));
  return timers.size;
};
globalThis.clearInterval = (number) => clearTimeout(timers.get(number));
globalThis.setImmediate = () => {
  throw new Error("There is no setImmediate here");
};
if (immediate === "absent") delete globalThis.setImmediate;
// Node's own Response needs it.
const { Buffer } = globalThis;
Object.defineProperty(globalThis, "Buffer", {
  get: () => (new Error().stack.split("\n")[2].includes("node:internal") ? Buffer : undefined),
});
delete globalThis.process;

const { defineContract, subscription } = await import("@sluice/contract");
const { createSluice, implement } = await import("@sluice/server");
const { sluiceFetch } = await import("@sluice/server/fetch");
const z = await import("zod");

const contract = defineContract({
  posts: subscription({
    events: { post: z.string() },
    state: { schema: z.string(), initial: "", apply: { post: (_, text) => text } },
  }),
  run: subscription({ events: { post: z.string() } }),
});
const s = implement(contract);
const router = s.$router({
  posts: s.posts.live(),
  run: s.run.stream(
    async function* () {
      for (let n = 1; n <= 20; n++) yield { type: "post", data: "é€😀" };
    },
    { resumable: true },
  ),
});
const sluice = createSluice(router, { heartbeat: 250 });
const handler = sluiceFetch(sluice);

async function read(path, parts) {
  const reader = (await handler(new Request(`http://host/${path}`))).body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (const part of parts) {
    if (typeof part === "function") await part();
    else {
      while (!text.includes(part)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`It ended before ${part}: ${text}`);
        text += decoder.decode(value, { stream: true });
      }
    }
  }
  await reader.cancel();
}

const publish = () => sluice.topic(contract.posts).publish({ type: "post", data: "é€😀" });
await read("posts", ["$snapshot", "$live", publish, 'data: "é€😀"\n\n', ": \n"]);
await read("run", ['data: "é€😀"\n\n', "$end"]);
console.log(sluice.stats().streams);
