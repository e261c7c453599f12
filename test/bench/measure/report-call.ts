import * as z from "zod";

/** What the call is asked. */
export const Report = z.object({
  matchId: z.string(),
  team: z.enum(["home", "away"]),
  minute: z.int().min(0).max(130),
});
export type Report = z.infer<typeof Report>;

/** What it answers. */
export const Receipt = z.object({ matchId: z.string(), minute: z.int(), accepted: z.boolean() });
export type Receipt = z.infer<typeof Receipt>;

export const report: Report = { matchId: "m1", team: "home", minute: 12 };

/** The same work everywhere; what is compared is what goes on around it. */
export const accept = ({ matchId, minute }: Report): Receipt => ({ matchId, minute, accepted: true });

/** A part of every right answer, whatever stands around it. */
export const answered = JSON.stringify(accept(report)).slice(1, -1);
