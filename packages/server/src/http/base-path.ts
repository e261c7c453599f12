import { shown } from "@sluice/contract/internal";

/** A request target without scheme and host, which the absolute form has. */
export const originForm = (target: string): string =>
  target.startsWith("/") ? target : target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, "");

/**
 * Returns a function that takes a request target and returns its part below `base`, with the query. `""`: it is not
 * below `base`.
 *
 * @throws TypeError if `base` is not a path, or not as the paths of requests are written.
 */
export function belowBase(base: string): (target: string) => string {
  if (typeof base !== "string" || !/^(\/[^?#]*)?$/.test(base))
    throw new TypeError(`base is ${shown(base)}; allowed is a path such as "/api", or "".`);
  const { pathname } = new URL(`http://host${base}`);
  if (base !== "" && pathname !== base)
    throw new TypeError(`base is ${shown(base)}, with which no request's path starts; write ${shown(pathname)}.`);
  const prefix = base.replace(/\/+$/, "");
  return (target) => {
    const url = originForm(target);
    return url.startsWith(prefix) && /^([/?]|$)/.test(url.slice(prefix.length)) ? url.slice(prefix.length) : "";
  };
}
