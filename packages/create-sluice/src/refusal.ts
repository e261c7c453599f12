/** Something that the caller can mend: its message is shown, without a stack. */
export class Refusal extends Error {}
