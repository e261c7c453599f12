/**
 * Whether requests to this URL share a connection, and so don't use up those that a browser has for HTTP/1.1. It is known if the
 * page, or something on it, came over HTTP/2 or 3 from there; from another origin only if that sends `Timing-Allow-Origin`.
 */
export function sharesConnection(url: string): boolean {
  try {
    const { origin } = new URL(url, location.href);
    const entries = performance.getEntries() as (PerformanceEntry & { nextHopProtocol: string })[];
    return entries.some(({ name, nextHopProtocol }) => name.startsWith(`${origin}/`) && /^h[23]/.test(nextHopProtocol));
  } catch {
    return false; // no page, or only a part of one, as with Expo
  }
}
