/** Publishes, unless the log is away: then the replay goes on, and tries it again. Returns whether it succeeded. */
export async function attempt(publish: () => Promise<unknown>): Promise<boolean> {
  try {
    await publish();
    return true;
  } catch (error) {
    console.error("A replay could not publish:", error instanceof Error ? error.message : error);
    return false;
  }
}
