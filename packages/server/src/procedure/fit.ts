import type { ErrorData } from "@sluice/contract";

/** What a procedure gives to its middleware. As members of an object, they are only computed if a middleware reads them. */
interface Given {
  readonly input: unknown;
  readonly errors: unknown;
}

/**
 * `unknown` if a middleware can run where there are this context, input and errors. Otherwise a sentence that says what it
 * needs and does not find: a parameter of this type shows it in the first line of the compiler's error.
 */
export type Fit<Context, Has extends Given, NeededContext, NeededInput, NeededErrors> = [Context] extends [
  NeededContext,
]
  ? unknown extends NeededInput
    ? FitErrors<Has, NeededErrors>
    : [Has["input"]] extends [NeededInput]
      ? FitErrors<Has, NeededErrors>
      : `The input lacks ${UnfitMembers<Has["input"], NeededInput>}, which the middleware reads`
  : [Context] extends [Pick<NeededContext, keyof NeededContext>]
    ? "The middleware takes a union, of which an earlier one has passed on a part: write next({ context }) there, or use this one first"
    : `The context lacks ${UnfitMembers<Context, NeededContext>}, which the middleware reads: first use the one that adds it`;

type FitErrors<Has extends Given, Needed> = keyof Needed extends never
  ? unknown
  : [UnfitErrors<Has["errors"], Needed>] extends [never]
    ? unknown
    : `The procedure's errors lack ${UnfitErrors<Has["errors"], Needed>}, which the middleware throws`;

/** The names of members that are missing, or have another type. */
type UnfitMembers<Has, Needed> = { [Name in keyof Needed]: UnfitMember<Has, Needed, Name> }[keyof Needed] & string;

type UnfitMember<Has, Needed, Name extends keyof Needed> = [Has] extends [Pick<Needed, Name>]
  ? never
  : Name extends keyof Has
    ? `${Name & string} of the same type`
    : Name;

/** The codes of errors that are missing, or have other data. */
type UnfitErrors<Errors, Needed> = {
  [Code in keyof Needed & string]: Code extends keyof Errors
    ? [ErrorData<Needed[Code]>] extends [ErrorData<Errors[Code]>]
      ? never
      : `${Code} with the same data`
    : Code;
}[keyof Needed & string];
