// #region imports
import { type ClientOptions, createClient, type ErrorOf, SluiceError, type StateOf } from "@sluice/client";
import { contract } from "./contract.js";
// #endregion imports

// #region create
export function createScoresClient(url: string, token: () => string | undefined, options: Partial<ClientOptions> = {}) {
  return createClient(contract, {
    url,
    headers: () => ({ authorization: token() && `Bearer ${token()}` }), // called for each attempt
    ...options,
  });
}

export type ScoresClient = ReturnType<typeof createScoresClient>;
// #endregion create
type Score = StateOf<typeof contract.scores.watch>;

// #region subscribe
export function follow(client: ScoresClient, matchId: string, show: (text: string) => void): () => void {
  return client.scores.watch.subscribe(
    { matchId },
    {
      on: { goal: ({ team, minute }) => show(`goal for ${team} in minute ${minute}`) },
      onState: ({ home, away }) => show(`${home} : ${away}`),
      onConnection: ({ status }) => show(status),
      onReset: ({ reason }) => show(`history is missing: ${reason}`), // a fresh state follows
      onError: ({ code }) => show(`over: ${code}`), // final
    },
  );
}
// #endregion subscribe

// #region iterate
export async function firstGoal(client: ScoresClient, matchId: string): Promise<number> {
  for await (const event of client.scores.watch.iterate({ matchId })) {
    if (event.type === "goal") return event.data.minute; // leaving the loop closes its stream
  }
  throw new Error("The subscription ended without a goal");
}
// #endregion iterate

// #region store
/** `{ get, subscribe }`: of the shape that `useSyncExternalStore`, signals and Svelte take. */
export const scoreOf = (client: ScoresClient, matchId: string) => client.scores.watch.store({ matchId });

export function score(client: ScoresClient, matchId: string): Score | undefined {
  return scoreOf(client, matchId).get().data;
}
// #endregion store

// #region errors
type ReportError = ErrorOf<typeof contract.scores.report>; // a union by `code`

export async function reportGoal(client: ScoresClient, minute: number): Promise<string> {
  try {
    await client.scores.report({ matchId: "m1", team: "home", minute });
    return "reported";
  } catch (thrown) {
    const error = thrown as ReportError;
    switch (error.code) {
      case "over":
        return "the match is over";
      case "tooLate":
        return `not after minute ${error.data.latest}`;
      default:
        return error.retryable ? "try again" : error.code;
    }
  }
}

/** Where it isn't known which procedure has failed. */
export const isForbidden = (thrown: unknown) => SluiceError.is(thrown, "forbidden");
// #endregion errors

// #region close
export function logOut(client: ScoresClient): void {
  client.$close(); // subscriptions end, calls are aborted, new ones are refused
}
// #endregion close
