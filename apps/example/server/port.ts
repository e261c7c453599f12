/** @throws Error with a message for people. */
export function portFrom(text: string | undefined): number {
  if (text === undefined || text === "") return 3000;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`PORT is "${text}"; allowed is a whole number from 0 to 65535.`);
}
