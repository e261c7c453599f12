import { describe, it } from "vitest";

/**
 * Tests that need a program that some machines lack. Without it, they are skipped with the reason. If `CI` is set, they fail, so that
 * skipped tests never look green.
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
