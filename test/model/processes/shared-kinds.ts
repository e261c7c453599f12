import { docKind, type Kind, logKinds } from "../kinds.js";

/** The kinds whose topics are published to. */
export const sharedKinds: readonly Kind[] = [...logKinds, docKind];

export const kindNamed = (name: string): Kind => sharedKinds.find((kind) => kind.name === name) as Kind;
