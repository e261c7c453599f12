const needed = [
  ...["Request", "Response", "Headers", "URL", "AbortController"],
  ...["ReadableStream", "TransformStream", "TextEncoder", "TextDecoder"],
];

/** @throws TypeError where the server can't run, such as in jest-environment-jsdom. */
export function assertEnvironment(caller: string): void {
  const missing = needed.filter((name) => typeof (globalThis as Record<string, unknown>)[name] !== "function");
  if (missing.length === 0) return;
  throw new TypeError(
    `${caller}: this environment has no ${missing.join(", ")}. In Jest, use the environment jest-fixed-jsdom in the place of ` +
      "jsdom: it keeps what Node has.",
  );
}
