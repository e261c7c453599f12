import { type ClientOptions, SluiceError } from "@sluice/client";
import { sluiceMutation } from "@sluice/client/query";
import { useSubscription } from "@sluice/client/react";
import { QueryClient, QueryClientProvider, useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type RoomName, rooms } from "./contract.js";
import { type Chat, logIn } from "./session.js";

function Room({ chat, room }: { chat: Chat; room: RoomName }) {
  const { data, error, connection } = useSubscription(chat.room.watch, { room });
  const { mutate: type } = useMutation(sluiceMutation(chat.room.type));
  const say = useMutation({
    ...sluiceMutation(chat.room.say),
    retry: (failures, reason) => reason.retryable && failures < 3, // the server knows the id
  });
  const [draft, setDraft] = useState("");
  const isTyping = draft !== "";
  useEffect(() => {
    if (!isTyping) return;
    type({ room, isTyping: true });
    return () => type({ room, isTyping: false });
  }, [type, room, isTyping]);

  function send() {
    say.mutate({ room, id: crypto.randomUUID(), text: draft });
    setDraft("");
  }
  if (error) return <p role="alert">{error.code === "forbidden" ? "You have been logged out." : error.message}</p>;
  return (
    <section>
      <h2>
        {room}: {data?.here.join(", ")} <small>{connection.status}</small>
      </h2>
      <ol>
        {data?.messages.map(({ id, user, text, at }) => (
          <li key={id} title={new Date(at).toLocaleString()}>{`${user}: ${text}`}</li>
        ))}
      </ol>
      <form action={send}>
        <input value={draft} onChange={({ target }) => setDraft(target.value)} aria-label={`Say in ${room}`} />
        <p>{data?.typing.map((user) => `${user} is typing. `)}</p>
        {say.error && <p role="alert">Not sent: {say.variables.text}</p>}
      </form>
    </section>
  );
}

export function App({ server }: { server: ClientOptions }) {
  const [login, setLogin] = useState<{ readonly chat: Chat; readonly queries: QueryClient }>();
  const [failure, setFailure] = useState("");
  async function enter(form: FormData) {
    try {
      const chat = await logIn(server, String(form.get("user")), String(form.get("password")));
      setLogin({ chat, queries: new QueryClient() });
    } catch (error) {
      setFailure(SluiceError.from(error).code);
    }
  }
  async function leave() {
    await login?.chat.session.logout().catch(() => {}); // a banned user is out already
    login?.chat.$close();
    setLogin(undefined);
  }
  if (login) {
    return (
      <QueryClientProvider client={login.queries}>
        {rooms.map((room) => (
          <Room key={room} chat={login.chat} room={room} />
        ))}
        <button type="button" onClick={leave}>
          Log out
        </button>
      </QueryClientProvider>
    );
  }
  return (
    <form action={enter}>
      <input name="user" aria-label="User" />
      <input name="password" type="password" aria-label="Password" />
      <button type="submit">Log in</button>
      <p role="alert">{failure}</p>
    </form>
  );
}
