/** The options are required only where the context has required fields. */
export type OptionsFor<Context, Options> = object extends Context
  ? [options?: Options]
  : [options: Options & { readonly context: unknown }];
