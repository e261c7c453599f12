const names = `
phase isOffline doubtsOffline isRenewed refresher wasStream hasSubscribers attempts notBefore paceWait surroundings
rebase isRefreshing tracker isUnderWay isWasteful hasCursor isMovable keepState isHidden hasFirst needsOwn lingers
freshen onBytes outside most refuse swapTo lived touch learn isDue rare fresh isSubscribed hasAnswered isFirstAttempt
probe
`
  .trim()
  .split(/\s+/);

/** As many as there may be names. Minifiers use the first ones most, so they compress best. */
const letters = "etnriaoslcudfpmhgvybxkwjqzETNRIAOSLCUDFPMHGVYBXKWJQZ";

/**
 * Properties that only the code of a client knows, and the letters that they are in its builds for production: minifiers shorten
 * variables, and no properties. `private-names.test.ts` says which names must not be here.
 */
export const privateNames: Readonly<Record<string, string>> = Object.fromEntries(
  names.map((name, index) => [name, letters.charAt(index)]),
);

/** The options of esbuild. */
export const production = {
  minifySyntax: true,
  mangleProps: new RegExp(`^(${names.join("|")})$`),
  mangleCache: { ...privateNames },
};
