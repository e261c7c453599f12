import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createSluice, implement } from "@sluice/server";
import { contract } from "./contract.js";

/** The context of a request. Sluice reads `expiresAt` and `tags`: by them it ends streams. */
type Visitor = Member | { user: null };
type Member = { user: string; session: string; expiresAt: number; tags: string[] };

const passwords = new Map(Object.entries({ ann: "a", bob: "b", eve: "e", admin: "root" }));

export function createChat({ tokenLife = 60_000, linger = 5_000 } = {}) {
  const users = new Map<string, string>(); // by session
  const members = new Map<string, Member>(); // by token
  const banned = new Set<string>();

  function grantToken(session: string, user: string) {
    const token = randomUUID();
    const tags = [`user:${user}`, `session:${session}`];
    members.set(token, { user, session, expiresAt: Date.now() + tokenLife, tags });
    setTimeout(() => members.delete(token), tokenLife).unref();
    return token;
  }
  // #region who
  /** Neither throws nor returns an expired member: `renew` must be open to those whose token has expired. */
  function whoIs(authorization: string | null | undefined): Visitor {
    const member = members.get(authorization?.replace("Bearer ", "") ?? "");
    return member && member.expiresAt > Date.now() && users.has(member.session) ? member : { user: null };
  }
  // #endregion who

  const { session, room, $middleware, $router } = implement(contract).$context<Visitor>();
  const membersOnly = $middleware(({ context, errors, next }) => {
    if (context.user === null) throw errors.unauthorized();
    return next({ context });
  });
  const router = $router({
    session: {
      login: session.login.handler(({ input: { user, password }, errors }) => {
        if (passwords.get(user) !== password) throw errors.wrongPassword();
        if (banned.has(user)) throw errors.forbidden();
        const id = randomUUID();
        users.set(id, user);
        return { session: id, token: grantToken(id, user) };
      }),
      renew: session.renew.handler(({ input, errors }) => {
        const user = users.get(input.session);
        if (user === undefined) throw errors.unauthorized();
        return { token: grantToken(input.session, user) };
      }),
      logout: session.logout.use(membersOnly).handler(async ({ context, disconnect }) => {
        users.delete(context.session);
        await disconnect({ tag: `session:${context.session}` });
      }),
      ban: session.ban.use(membersOnly).handler(async ({ context, input: { user }, errors, disconnect }) => {
        if (context.user !== "admin") throw errors.forbidden();
        banned.add(user);
        for (const [id, owner] of users) if (owner === user) users.delete(id);
        await disconnect({ tag: `user:${user}` });
      }),
    },
    room: {
      watch: room.watch.use(membersOnly).live({
        async onSubscribe({ context: { user }, input, signal, topic }) {
          const { publish } = topic(contract.room.watch, input);
          const gone = once(signal, "abort"); // from here on, as it may be gone before "joined" is in the log
          await publish({ type: "joined", data: { user } });
          await gone;
          await publish({ type: "left", data: { user } });
        },
      }),
      say: room.say.use(membersOnly).handler(async ({ context: { user }, input: { room, id, text }, topic }) => {
        const said = { type: "said", data: { id, user, text, at: Date.now() } } as const;
        await topic(contract.room.watch, { room }).publish(said, { idempotencyKey: `${user}:${id}` });
      }),
      type: room.type.use(membersOnly).handler(async ({ context: { user }, input: { room, isTyping }, topic }) => {
        await topic(contract.room.watch, { room }).publish({ type: isTyping ? "typing" : "paused", data: { user } });
      }),
    },
  });
  return { sluice: createSluice(router, { linger }), whoIs };
}
