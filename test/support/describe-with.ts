import { describe, it } from "vitest";

/**
 * Tests that need a program which not every machine has. Where it is missing they are skipped and the reason is told; where `CI`
 * is set they fail, so that nothing is green because it was skipped.
 *
 * @param missing what is missing, in a sentence's words; undefined if nothing is.
 */
export function describeWith(missing: string | undefined, title: string, cases: () => void): void {
  if (missing === undefined) describe(title, cases);
  else if (process.env["CI"])
    describe(title, () => {
      it("has what it needs", () => {
        throw new Error(`CI is set, so this is not skipped: ${missing}`);
      });
    });
  else describe.skip(`${title} [${missing}]`, cases);
}
