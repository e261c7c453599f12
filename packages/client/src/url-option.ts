import { textNumber } from "@sluice/contract/wire";
import { isDevelopment } from "#development";

const form = /^(https?:\/\/[^/?#]|\/(?!\/))[^?#]*$/;

/**
 * Also in production, unlike the checks of `option-rules.ts`: a url often comes from a build's or a page's environment.
 *
 * @throws TypeError naming what was given, and, in development, what is allowed.
 */
export function checkUrl(url: unknown): void {
  if (typeof url === "string" && form.test(url)) return;
  const given = JSON.stringify(url);
  throw new TypeError(
    isDevelopment
      ? `Client option "url" is ${given}; allowed is a path such as "/api" or an absolute URL (http or https), without query and hash.`
      : textNumber(6, given),
  );
}
