const form = /^(https?:\/\/[^/?#]|\/(?!\/))[^?#]*$/;

/**
 * Also in production, unlike the checks of `option-rules.ts`: a url often comes from a build's or a page's environment.
 *
 * @throws TypeError naming what was given, and what is allowed.
 */
export function checkUrl(url: unknown): void {
  if (typeof url === "string" && form.test(url) && isUrl(url)) return;
  const given = typeof url === "string" ? JSON.stringify(url) : String(url);
  const allowed = 'a path such as "/api" or an absolute http(s) URL, without query and hash';
  throw new TypeError(`Client option "url" is ${given}; allowed is ${allowed}.`);
}

function isUrl(text: string): boolean {
  try {
    return text.startsWith("/") || Boolean(new URL(text));
  } catch {
    return false;
  }
}
