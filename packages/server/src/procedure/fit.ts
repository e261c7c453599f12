import type { ErrorData } from "@sluice/contract";

/**
 * `unknown` if a middleware can run where there are this context, input and errors. Otherwise a sentence that says what it
 * needs and does not find: a parameter of this type shows it in the first line of the compiler's error.
 */
export type Fit<Context, Input, Errors, NeededContext, NeededInput, NeededErrors> = [Context] extends [NeededContext]
  ? [Input] extends [NeededInput]
    ? FitErrors<UnfitErrors<Errors, NeededErrors>>
    : `The input lacks ${UnfitMembers<Input, NeededInput>}, which the middleware reads`
  : `The context lacks ${UnfitMembers<Context, NeededContext>}, which the middleware reads: first use the one that adds it`;

type FitErrors<Unfit extends string> = [Unfit] extends [never]
  ? unknown
  : `The procedure's errors lack ${Unfit}, which the middleware throws`;

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
