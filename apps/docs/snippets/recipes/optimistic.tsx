import { type ClientOptions, createClient } from "@sluice/client";
import { sluiceMutation, sluicePending } from "@sluice/client/query";
import { useSubscription } from "@sluice/client/react";
import { defineContract, mutation, subscription } from "@sluice/contract";
import { createSluice, implement } from "@sluice/server";
import { useMutation } from "@tanstack/react-query";
import * as z from "zod";

// #region contract
const Note = z.object({ id: z.uuid(), text: z.string().max(280) });
const Board = z.object({ board: z.string() });

const contract = defineContract({
  board: subscription({
    input: Board,
    events: { added: Note, starred: z.object({ id: z.uuid(), isStarred: z.boolean() }) },
    state: {
      schema: z.array(Note.extend({ isStarred: z.boolean() })),
      initial: [],
      apply: {
        added: (notes, note) => [...notes, { ...note, isStarred: false }].slice(-100),
        starred: (notes, { id, isStarred }) => notes.map((note) => (note.id === id ? { ...note, isStarred } : note)),
      },
    },
  }),
  add: mutation({ input: Note.extend(Board.shape), output: z.object({ cursor: z.string() }) }),
  star: mutation({
    input: Board.extend({ id: z.uuid(), isStarred: z.boolean() }),
    output: z.object({ cursor: z.string() }),
  }),
});
// #endregion contract

const s = implement(contract);

// #region server
const router = s.$router({
  board: s.board.live(),
  add: s.add.handler(({ input: { board, ...note }, topic, errors }) => {
    if (note.text.includes("spam")) throw errors.forbidden();
    return topic(contract.board, { board }).publish({ type: "added", data: note }, { idempotencyKey: note.id });
  }),
  star: s.star.handler(({ input: { board, ...star }, topic }) =>
    topic(contract.board, { board }).publish({ type: "starred", data: star }),
  ),
});
// #endregion server

export const createBoards = () => createSluice(router);

export const createBoardsClient = (options: ClientOptions) => createClient(contract, options);

type BoardsClient = ReturnType<typeof createBoardsClient>;

// #region add
const adding = (client: BoardsClient) =>
  sluiceMutation(client.add, {
    optimistic: ({ board, ...added }) =>
      sluicePending(
        client.board,
        { board },
        {
          state: (notes) =>
            notes.some(({ id }) => id === added.id) ? notes : [...notes, { ...added, isStarred: false }],
          echo: { added: ({ id }) => id === added.id },
        },
      ),
  });
// #endregion add

// #region star
const starring = (client: BoardsClient) =>
  sluiceMutation(client.star, {
    optimistic: ({ board, id, isStarred }) =>
      sluicePending(
        client.board,
        { board },
        { state: (notes) => notes.map((note) => (note.id === id ? { ...note, isStarred } : note)) },
      ),
  });
// #endregion star

// #region component
export function Notes({ client, board }: { client: BoardsClient; board: string }) {
  const { data = [] } = useSubscription(client.board, { board });
  const add = useMutation(adding(client));
  const star = useMutation(starring(client));
  const submit = (form: FormData) => add.mutate({ board, id: crypto.randomUUID(), text: String(form.get("text")) });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit(new FormData(event.currentTarget));
      }}
    >
      {data.map(({ id, text, isStarred }) => (
        <button key={id} type="button" onClick={() => star.mutate({ board, id, isStarred: !isStarred })}>
          {isStarred ? "★" : "☆"} {text}
        </button>
      ))}
      <input name="text" aria-label="New note" />
      {add.isError && <p role="alert">Not added: {add.variables.text}</p>}
    </form>
  );
}
// #endregion component
