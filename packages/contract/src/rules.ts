import { encodeJson } from "./encode-json.js";
import { isBuiltInCode } from "./errors.js";
import { shown } from "./options.js";
import type { AnyProcedure, AnySubscription } from "./procedure.js";
import { isZod, type Schema } from "./schema.js";
import { inspectZod } from "./schema-rules.js";
import { messageOf } from "./thrown.js";

/** A contract breaks a rule. The message names the path of the procedure, the rule, and the allowed values. */
export class ContractError extends Error {
  override readonly name = "ContractError";
  /** Path of the procedure or subtree, such as `scores/watch`. */
  readonly path: string;

  constructor(path: string, rule: string) {
    super(`Contract at "${path}": ${rule}.`);
    this.path = path;
  }
}

const reservedNames = new Set(["then", "__proto__", "constructor", "prototype"]);

/** A segment is part of URLs and a property name on the server and in the client. */
export function checkSegment(name: string, parent: string): void {
  const path = parent ? `${parent}/${name}` : name;
  if (reservedNames.has(name)) throw new ContractError(path, `"${name}" is a reserved name; choose another`);
  // So the members of builders and clients, such as $router, never clash with a procedure, nor does $streams with a path.
  if (name.startsWith("$")) {
    throw new ContractError(path, `"${name}" starts with "$", which is reserved for Sluice's own members and paths`);
  }
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) {
    throw new ContractError(path, "a name must start with a letter or _, followed by letters, digits, _ or -");
  }
}

export function checkProcedure(procedure: AnyProcedure, path: string): void {
  if (procedure.path !== "") {
    throw new ContractError(
      path,
      `this procedure already belongs to a contract, at "${procedure.path}"; define a new one`,
    );
  }
  const isCall = procedure.kind !== "subscription";
  if (procedure.input) {
    checkSchema(procedure.input, "input", path, { allowAsync: isCall });
    checkEncodesAtOnce(procedure.input, path);
  }
  for (const [code, { status, data }] of Object.entries<{ status?: number; data?: Schema }>(procedure.errors)) {
    if (isBuiltInCode(code)) throw new ContractError(path, `"${code}" is a built-in error code; choose another name`);
    if (status !== undefined && !(Number.isInteger(status) && status >= 400 && status <= 599)) {
      throw new ContractError(path, `error "${code}" has the status ${status}; allowed are 400 to 599`);
    }
    if (data) checkSchema(data, `error "${code}"`, path);
  }
  if (procedure.kind === "subscription") checkSubscription(procedure, path);
  else if (procedure.output) checkSchema(procedure.output, "output", path, { allowAsync: true });
}

function checkSubscription({ events, state, key, start, input, method, onGap }: AnySubscription, path: string): void {
  const types = Object.keys(events);
  if (types.length === 0) throw new ContractError(path, "a subscription needs at least one event");
  for (const type of types) {
    checkEventType(type, path);
    checkSchema(events[type], `event "${type}"`, path);
    checkDefined(events[type], `event "${type}"`, path);
  }
  if (state) {
    checkSchema(state.schema, "state", path);
    checkDefined(state.schema, "state", path);
    checkInitial(state.schema, state.initial, path);
    checkVersion(state, path);
    for (const type of Object.keys(state.apply)) {
      if (!Object.hasOwn(events, type)) {
        throw new ContractError(
          path,
          `state.apply names "${type}", which is not an event; events are ${types.join(", ")}`,
        );
      }
    }
  }
  for (const field of key ?? []) {
    const fields = input && inputFields(input);
    if (!input || (fields && !fields.includes(field))) {
      throw new ContractError(
        path,
        `key names "${field}", which is not a field of the input${fields ? ` (${fields.join(", ")})` : ""}`,
      );
    }
  }
  if (typeof start !== "object") oneOf("start", start, ["head", "oldest"], path);
  else if (!(Number.isInteger(start?.last) && start.last > 0)) {
    throw new ContractError(path, `start: { last: ${start?.last} } is not a positive whole number`);
  }
  oneOf("method", method, ["GET", "POST"], path);
  oneOf("onGap", onGap, ["fail", "skip"], path);
}

function oneOf(option: string, chosen: string, allowed: readonly string[], path: string): void {
  if (allowed.includes(chosen)) return;
  throw new ContractError(path, `${option} is ${JSON.stringify(chosen)}; allowed are ${allowed.join(", ")}`);
}

function checkInitial(schema: Schema, initial: unknown, path: string): void {
  try {
    encodeJson(schema, initial);
  } catch (error) {
    throw new ContractError(path, `state.initial doesn't fit state.schema: ${messageOf(error)}`);
  }
}

function checkVersion({ version = 1, migrate }: { version?: number; migrate?: unknown }, path: string): void {
  if (!(Number.isSafeInteger(version) && version >= 1)) {
    throw new ContractError(path, `state.version is ${shown(version)}; allowed are whole numbers of at least 1`);
  }
  if (migrate === undefined) return;
  if (typeof migrate !== "function") {
    throw new ContractError(path, `state.migrate is ${shown(migrate)}; allowed is a function`);
  }
  if (version === 1) {
    throw new ContractError(path, "state.migrate has no version to migrate from: raise state.version to 2 or more");
  }
}

function checkEventType(type: string, path: string): void {
  const name = JSON.stringify(type);
  if (type === "") throw new ContractError(path, "an event type cannot be empty");
  if (type === "__proto__") throw new ContractError(path, `${name} cannot be an event type; choose another`);
  if (type === "open" || type === "error" || type === "message") {
    throw new ContractError(path, `${name} cannot be an event type: EventSource uses this name itself`);
  }
  if (type.startsWith("$"))
    throw new ContractError(path, `event type ${name} starts with "$", which is reserved for control frames`);
  for (const [what, bad] of [
    ["CR", "\r"],
    ["LF", "\n"],
    ["NUL", "\0"],
    ["/", "/"],
  ] as const) {
    if (type.includes(bad))
      throw new ContractError(path, `event type ${name} contains ${what}; CR, LF, NUL and / are not allowed`);
  }
}

/** @param allowAsync true if checks may be asynchronous. */
function checkSchema(schema: Schema, where: string, path: string, { allowAsync = false } = {}): void {
  if (typeof schema?.["~standard"]?.validate !== "function") {
    throw new ContractError(path, `${where} is not a schema; allowed is any Standard Schema, such as a zod schema`);
  }
  if (!isZod(schema)) return;
  const { oneWay, notJson, asyncAt } = inspectZod(schema);
  const place = (at: string) => placeOf(where, at);
  for (const at of oneWay) {
    throw new ContractError(path, `${place(at)} has a one-way transform, which cannot be run backwards; use z.codec`);
  }
  for (const { at, type } of notJson) {
    throw new ContractError(path, `${place(at)} is a ${type}, which JSON cannot carry; wrap it in z.codec`);
  }
  for (const at of allowAsync ? [] : asyncAt) {
    throw new ContractError(
      path,
      `${place(at)} checks asynchronously; only inputs and outputs of queries and mutations may, so move the check into the procedure`,
    );
  }
}

const placeOf = (where: string, at: string) => (at ? `${where}, at ${at},` : where);

/** The encoded input identifies a subscription in caches and URLs, so encoding must be synchronous. */
function checkEncodesAtOnce(input: Schema, path: string): void {
  for (const at of isZod(input) ? inspectZod(input).asyncEncodeAt : []) {
    throw new ContractError(
      path,
      `${placeOf("input", at)} encodes asynchronously; make the codec's encode synchronous`,
    );
  }
}

/** A frame always has data. An input or output may be undefined, an event or a state may not. */
function checkDefined(schema: Schema, where: string, path: string): void {
  if (isZod(schema) && (schema._zod.optout === "optional" || schema._zod.def.type === "undefined")) {
    throw new ContractError(path, `${where} may be undefined, which JSON cannot represent; use null, or an object`);
  }
}

function inputFields(input: Schema): string[] | undefined {
  if (!isZod(input)) return undefined;
  const { def } = input._zod as { def: { type: string; shape?: object } };
  return def.shape && Object.keys(def.shape);
}
