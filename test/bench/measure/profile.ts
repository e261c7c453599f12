import { writeFile } from "node:fs/promises";
import { Session } from "node:inspector/promises";

/** A CPU profile of what is measured and nothing before it. */
export class Profile {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  static async start(): Promise<Profile> {
    const session = new Session();
    session.connect();
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: 200 });
    await session.post("Profiler.start");
    return new Profile(session);
  }

  async stop(file: string): Promise<void> {
    const { profile } = await this.#session.post("Profiler.stop");
    this.#session.disconnect();
    await writeFile(file, JSON.stringify(profile));
  }
}
