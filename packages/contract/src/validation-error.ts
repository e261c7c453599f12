import type { ErrorIssue } from "./errors.js";
import { boundIssues, maxDetail, shorten } from "./issues.js";

/** What a schema says of a value that doesn't fit. The message names the first places, and what is allowed there. */
export class ValidationError extends Error {
  override readonly name = "ValidationError";
  /** The first 20, each of bounded length. PROTOCOL §3. */
  readonly issues: readonly ErrorIssue[];

  /**
   * @param subject what was held against the schema, where the message should say so.
   * @param total how many issues there were. Default: as many as are given.
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
