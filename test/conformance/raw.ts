import { connect, type Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";
import { onTestFinished } from "vitest";
import { within } from "./within.js";

/** A socket that sends given bytes and records the received ones. */
export class Raw {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  #text = "";
  #over = false;
  #check: () => void = () => {};

  constructor(port: number, allowHalfOpen = false) {
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen });
    const decoder = new StringDecoder("utf8");
    this.socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#text += decoder.write(chunk);
      this.#check();
    });
    this.socket.on("error", () => {});
    const over = () => {
      this.#over = true;
      this.#check();
    };
    this.socket.on("end", over).on("close", over);
    onTestFinished(() => void this.socket.destroy());
  }

  get text(): string {
    return this.#text;
  }

  send(...lines: string[]): this {
    this.socket.write(lines.join("\r\n"));
    return this;
  }

  /** All received bytes. */
  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** Whether the other side, or both sides, have ended. */
  get over(): boolean {
    return this.#over;
  }

  /** Sends a request without a body. */
  ask(method: string, target: string, ...headers: string[]): this {
    return this.send(`${method} ${target} HTTP/1.1`, "Host: localhost", ...headers, "", "");
  }

  async until(condition: (text: string) => boolean, what = String(condition)): Promise<string> {
    const met = new Promise<string>((resolve, reject) => {
      this.#check = () => {
        if (condition(this.#text)) resolve(this.#text);
        else if (this.#over) reject(new Error(`The connection was over before ${what}:\n${this.#text}`));
      };
      this.#check();
    });
    return within(met, () => `Waited in vain for ${what}; received:\n${this.#text}`);
  }

  async end(): Promise<string> {
    return this.until(() => this.#over, "the end of the connection");
  }
}
