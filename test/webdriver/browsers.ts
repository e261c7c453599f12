import { existsSync } from "node:fs";

/** The browsers of a Linux distribution that are driven here, and the programs that takes, by where they may be. */
const programs = {
  firefox: { firefox: ["/usr/bin/firefox-esr", "/usr/bin/firefox"] },
  webkit: {
    MiniBrowser: ["x86_64", "aarch64"].map((machine) => `/usr/lib/${machine}-linux-gnu/webkit2gtk-4.1/MiniBrowser`),
    WebKitWebDriver: ["/usr/bin/WebKitWebDriver"],
    Xvfb: ["/usr/bin/Xvfb"],
  },
} satisfies Record<string, Record<string, readonly string[]>>;

export type BrowserName = keyof typeof programs;
export const browserNames = Object.keys(programs) as BrowserName[];

const find = (places: readonly string[]) => places.find((place) => existsSync(place));

/** The missing programs of a browser; undefined if none. For `describeWith`. */
export function missingOf(name: BrowserName): string | undefined {
  const missing = Object.entries<readonly string[]>(programs[name]).filter(([, places]) => !find(places));
  return missing.length > 0 ? `${missing.map(([program]) => program).join(", ")} not installed` : undefined;
}

/** The path of a browser's program. */
export function programOf<Name extends BrowserName>(
  name: Name,
  program: keyof (typeof programs)[Name] & string,
): string {
  const places = (programs[name] as Record<string, readonly string[]>)[program] ?? [];
  const found = find(places);
  if (!found) throw new Error(`${program} is in none of ${places.join(", ")}`);
  return found;
}
