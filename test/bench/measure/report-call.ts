import * as z from "zod";

/** The call's input. */
export const Report = z.object({
  matchId: z.string(),
  team: z.enum(["home", "away"]),
  minute: z.int().min(0).max(130),
});
export type Report = z.infer<typeof Report>;

/** The call's output. */
export const Receipt = z.object({ matchId: z.string(), minute: z.int(), accepted: z.boolean() });
export type Receipt = z.infer<typeof Receipt>;

export const report: Report = { matchId: "m1", team: "home", minute: 12 };

/** The same work in every target: the comparison is about the code around it. */
export const accept = ({ matchId, minute }: Report): Receipt => ({ matchId, minute, accepted: true });

/** A part of every correct response, in any envelope. */
export const answered = JSON.stringify(accept(report)).slice(1, -1);
