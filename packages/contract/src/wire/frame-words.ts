import * as checks from "./frame-checks.js";

/** What a check allows, in words. */
export function allowedBy(check: checks.Check<unknown>): string {
  switch (check.of ?? check) {
    case checks.text:
      return "a string";
    case checks.flag:
      return "true or false";
    case checks.ms:
      return "a number of milliseconds";
    case checks.version:
      return "a whole number of at least 1";
    case checks.indices:
      return "an array of whole numbers";
    case checks.issues:
      return "an array of issues";
    case checks.cursor:
      return "a cursor";
    case checks.stream:
      return checks.streamKinds.join(", ");
    case checks.reason:
      return checks.reasons.join(", ");
    default:
      return "anything";
  }
}
