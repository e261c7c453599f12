import type { ErrorIssue } from "./errors.js";
import { boundIssues, maxDetail, shorten } from "./issues.js";

/** A value doesn't fit its schema. The message names the first places and what is allowed there. */
export class ValidationError extends Error {
  override readonly name = "ValidationError";
  /** The first 20 issues, each limited in length. PROTOCOL §3. */
  readonly issues: readonly ErrorIssue[];

  /**
   * @param subject what was validated, as a prefix of the message. Default: no prefix.
   * @param total the total number of issues. Default: the length of `issues`.
   */
  constructor(issues: readonly ErrorIssue[], subject?: string, total: number = issues.length) {
    const bounded = boundIssues(issues);
    const places = bounded.map(({ message, path }) => (path.length ? `${path.join(".")}: ${message}` : message));
    const listed = shorten(places.join("; "), maxDetail - 100);
    const all = total > bounded.length ? `${listed}; and ${total - bounded.length} more` : listed;
    super(subject ? `${subject}: ${all}` : all);
    this.issues = bounded;
  }
}
