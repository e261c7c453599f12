/** Counts since the start. */
export class Counters {
  published = 0;
  delivered = 0;
  bytes = 0;
  resets = 0;
  resumes = 0;
  disconnects = 0;
}
