/** Commands of WebDriver that both protocols have, under names of our own. */
export type Command = "navigate" | "script" | "newWindow" | "windows" | "switch" | "closeWindow";

/** A browser that takes commands. */
export interface Session {
  send(command: Command, params?: object): Promise<unknown>;
  /** Ends the browser and leaves nothing behind. */
  stop(): Promise<void>;
}
