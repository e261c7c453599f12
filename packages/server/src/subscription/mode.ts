/** How a subscriber gets a topic's events. The first two are one that is catching up. */
export type Mode =
  /** Its lane is full, or has yet to be opened: it keeps its place until it is pulled. */
  | { readonly kind: "waiting" }
  /** It reads the log from its place on. */
  | { readonly kind: "reading" }
  /** It is one of the tail's queue, and is handed each batch. */
  | { readonly kind: "queued" }
  /** It is at the head and has no filter; its socket gets the shared bytes as they are. Its place is the tail's. */
  | { readonly kind: "direct" }
  /** Its lane is over. */
  | { readonly kind: "over" };

// One for all: ten thousand subscribers need no object each.
export const waiting: Mode = { kind: "waiting" };
export const reading: Mode = { kind: "reading" };
export const queued: Mode = { kind: "queued" };
export const direct: Mode = { kind: "direct" };
export const over: Mode = { kind: "over" };
