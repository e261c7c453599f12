import { isDevelopment } from "#development";

const form = /^(https?:\/\/[^/?#]|\/(?!\/))[^?#]*$/;

/**
 * Also in production, unlike the checks of `option-rules.ts`: a url often comes from a build's or a page's environment.
 *
 * @throws TypeError naming what was given, and what is allowed.
 */
export function checkUrl(url: unknown): void {
  if (typeof url === "string" && form.test(url)) return;
  const allowed = `a path such as "/api" or an absolute URL${isDevelopment ? " (http or https), without query and hash" : ""}`;
  throw new TypeError(`Client option "url" is ${JSON.stringify(url)}; allowed is ${allowed}.`);
}
