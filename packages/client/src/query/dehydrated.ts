import type { AnyProcedure, AnySubscription, Schema } from "@sluice/contract";
import { type Coder, codecOf, freezeShared, isErrorNamed, own, stateVersionOf } from "@sluice/contract/internal";
import { internals } from "../procedure/procedure.js";
import type { Origin } from "./origins.js";
import type { AnyEvent, ViewName } from "./view.js";

/** A query's data as it travels with a page. */
export interface Dehydrated {
  /** The version of this form. */
  readonly $sluice: 1;
  /** See `SluiceKey`. */
  readonly key: readonly unknown[];
  /** In wire form. A fold's value is as the application made it. */
  readonly data: unknown;
  /** Where a view's data is from. Absent if it isn't known: then nothing can go on from it. */
  readonly cursor?: string;
  /** The subscription's state there, in wire form; of a view that shows it, `data` is. */
  readonly state?: unknown;
  /** The version of the state. Absent if the contract declares none. */
  readonly version?: number;
}

/** The procedure that a query is of. `undefined` if it is none of the client's. */
export function procedureOf(client: object, key: readonly unknown[]): AnyProcedure | undefined {
  const [scope, id, path] = key;
  if (scope !== "sluice" || !Array.isArray(path) || key.length < 4) return undefined;
  let node = client as { readonly [name: PropertyKey]: unknown } | undefined;
  const inside = () => node?.[internals] as { clientId: string; procedure?: AnyProcedure } | undefined;
  if (inside()?.clientId !== id) return undefined;
  for (const name of path) node = node?.[name] as typeof node;
  return inside()?.procedure;
}

/**
 * `undefined`: the data travels as it is, as its schema can only be run asynchronously.
 *
 * @throws ValidationError if the data can't be encoded.
 */
export function dehydrate(
  procedure: AnyProcedure,
  key: readonly unknown[],
  data: unknown,
  origin: Origin | undefined,
): Dehydrated | undefined {
  const packed = { $sluice: 1, key } as const;
  try {
    if (!isView(procedure, key)) return { ...packed, data: coderOf(procedure, procedure.output).encode(data) };
    const view = key[4] as ViewName;
    const definition = procedure.state;
    const encodeState = (state: unknown) => coderOf(procedure, definition?.schema).encode(state);
    return {
      ...packed,
      data: view === "state" ? encodeState(data) : mapEvents(view, data, (event) => code(procedure, event, "encode")),
      ...(definition && { version: stateVersionOf(procedure) }),
      ...(origin?.cursor !== undefined && { cursor: origin.cursor }),
      ...(definition && view !== "state" && origin?.shown.known && { state: encodeState(origin.shown.value) }),
    };
  } catch (error) {
    if (isErrorNamed(error, "AsyncSchemaError")) return undefined;
    throw error;
  }
}

/** @throws Error if the data isn't what the contract says: the page is of another version of the application. */
export function hydrate(procedure: AnyProcedure, { key, data, version = 0 }: Dehydrated): unknown {
  if (!isView(procedure, key)) return coderOf(procedure, procedure.output).decode(data);
  const view = key[4] as ViewName;
  if (procedure.state && version < stateVersionOf(procedure))
    throw new Error("The page's state is of an older contract.");
  const decoded =
    view === "state"
      ? coderOf(procedure, procedure.state?.schema).decode(data)
      : mapEvents(view, data, (event) => code(procedure, event, "decode"));
  freezeShared(decoded);
  return decoded;
}

/** Queries' keys end with the input. */
export const isView = (_: AnyProcedure, key: readonly unknown[]): _ is AnySubscription => key.length > 4;

/** A list of events, or the latest one; whatever a fold has is left as it is. */
function mapEvents(view: Exclude<ViewName, "state">, data: unknown, map: (event: AnyEvent) => AnyEvent): unknown {
  if (view === "latest") return map(data as AnyEvent);
  return "list" in view ? (data as readonly AnyEvent[]).map(map) : data;
}

function code(procedure: AnySubscription, event: AnyEvent, direction: keyof Pick<Coder, "encode" | "decode">) {
  const { type, data } = event;
  // A client made from types has no schemas.
  const schema = (procedure.events as AnySubscription["events"] | undefined) && own(procedure.events, type);
  if (procedure.events && !schema) throw new Error(`The contract has no event "${type}".`);
  return { ...event, data: coderOf(procedure, schema)[direction](data) } as AnyEvent;
}

const asItIs = { encode: (value: unknown) => value, decode: (value: unknown) => value };

const coderOf = (procedure: AnyProcedure, schema: Schema | undefined): Pick<Coder, "encode" | "decode"> =>
  schema ? codecOf(procedure).coderOf(schema) : asItIs;
