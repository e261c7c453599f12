import { sluiceNode } from "@sluice/server/node";
import fastify from "fastify";
import { createApp } from "./sluice.mjs";

const listener = sluiceNode(createApp(), { base: "/api" });
const app = fastify();
app.register(async (scope) => {
  // Sluice reads the bodies itself.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
  scope.all("/api/*", (request, reply) => {
    reply.hijack();
    listener(request.raw, reply.raw);
  });
});
await app.listen({ port: process.env.PORT });
