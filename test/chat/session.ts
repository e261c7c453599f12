import { type ClientOptions, createClient } from "@sluice/client";
import { contract } from "./contract.js";

export type Chat = Awaited<ReturnType<typeof logIn>>;

/** The client of one user. It renews its token by itself; after a logout, close it. */
export async function logIn(options: ClientOptions, user: string, password: string) {
  let [session, token] = ["", ""];
  const chat = createClient(contract, {
    ...options,
    headers: () => ({ authorization: `Bearer ${token}` }),
    onUnauthorized: async () => {
      ({ token } = await chat.session.renew({ session }));
    },
  });
  ({ token, session } = await chat.session.login({ user, password }));
  return chat;
}
