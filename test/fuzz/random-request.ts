import { contentTypes, cursors, hosts, inputs, methods, oddHeaders, oddPaths, paths } from "./pieces.js";

export interface Attack {
  /** One request, several pipelined ones, or an invalid one. */
  readonly bytes: Buffer;
  /** Whether the client resets the connection (RST) as soon as everything is sent. */
  readonly breaks: boolean;
}

/** Creates attacks, the same ones for the same random numbers. */
export function attacksFrom(random: () => number, base: string): () => Attack {
  const chance = (p: number) => random() < p;
  const upTo = (bound: number) => Math.floor(random() * bound);
  const pick = <T>(list: readonly T[]): T => list[upTo(list.length)] as T;

  /** A text with something in it changed, left out or doubled. */
  function mutate(text: string): string {
    const at = upTo(text.length + 1);
    const change = pick([String.fromCharCode(upTo(256)), "", "\r\n", "%", "\u0000", text.slice(at, at + upTo(20))]);
    return text.slice(0, at) + change + text.slice(at + upTo(3));
  }

  function target(): string {
    const path = chance(0.75) ? pick(paths) : pick(oddPaths);
    const query: string[] = [];
    if (chance(0.5)) query.push(`input=${encodeURIComponent(chance(0.2) ? mutate(pick(inputs)) : pick(inputs))}`);
    if (chance(0.2)) query.push(`lastEventId=${encodeURIComponent(pick(cursors))}`);
    if (chance(0.05))
      query.push(pick(["input=1", "lastEventId=a.1.b", "__proto__=1", "=", "&&", "%", "input", "a[b]=c"]));
    const full = `${base}/${path}${query.length > 0 ? `?${query.join("&")}` : ""}`;
    if (chance(0.03)) return pick(["*", "", "http://", "http://evil.example", "//evil.example/", "?", "#", base]);
    if (chance(0.03)) return `http://evil.example${full}`;
    return chance(0.05) ? mutate(full) : full;
  }

  /** The body of a multiplexed stream. */
  function subscriptions(): string {
    const list = Array.from({ length: upTo(6) }, () => {
      if (chance(0.05)) return pick(inputs);
      const members = [`"path":${chance(0.9) ? JSON.stringify(pick(paths)) : pick(inputs)}`];
      if (chance(0.6)) members.push(`"input":${chance(0.05) ? mutate(pick(inputs)) : pick(inputs)}`);
      if (chance(0.4)) members.push(`"cursor":${chance(0.9) ? JSON.stringify(pick(cursors)) : pick(inputs)}`);
      return `{${members.join(",")}}`;
    });
    return `{"subscriptions":${chance(0.95) ? `[${list.join(",")}]` : pick(inputs)}}`;
  }

  function body(): string {
    const input = chance(0.15) ? mutate(pick(inputs)) : pick(inputs);
    if (chance(0.15)) return input;
    if (chance(0.1)) return subscriptions();
    const members = [`"input":${input}`];
    if (chance(0.3)) members.push(`"cursor":${chance(0.8) ? JSON.stringify(pick(cursors)) : pick(inputs)}`);
    if (chance(0.1)) members.push(pick(['"__proto__":{"input":1}', '"input":2', '"constructor":1', '"":0']));
    return `{${members.join(",")}}`;
  }

  function framed(content: string): readonly [headers: string[], body: string] {
    const length = Buffer.byteLength(content);
    if (chance(0.15)) {
      const size = chance(0.8) ? length.toString(16) : pick(["zz", "-1", "ffffffffffffffff", "", `${length};ext=1`]);
      return [["Transfer-Encoding: chunked"], `${size}\r\n${content}\r\n0\r\n\r\n`];
    }
    if (chance(0.1)) return [[`Content-Length: ${length + 1 + upTo(50)}`], content];
    if (chance(0.05)) return [[`Content-Length: ${upTo(length)}`], content];
    return chance(0.03) ? [[], content] : [[`Content-Length: ${length}`], content];
  }

  function request(method: string): string {
    const isMultiplexed = method === "POST" && chance(0.2);
    const headers: string[] = [];
    if (!chance(0.02)) headers.push(`Host: ${chance(0.8) ? "localhost" : pick(hosts)}`);
    if (chance(0.3)) headers.push(`Last-Event-ID: ${chance(0.1) ? mutate(pick(cursors)) : pick(cursors)}`);
    for (let more = upTo(4); more > 0; more--) if (chance(0.4)) headers.push(pick(oddHeaders));
    if (chance(0.01)) for (let i = 0; i < 1_500; i++) headers.push(`X-${i}: 1`);
    let content = "";
    if (method === "POST" ? chance(0.95) : chance(0.1)) {
      const [framing, framedBody] = framed(isMultiplexed ? subscriptions() : body());
      if (!chance(0.05)) headers.push(`Content-Type: ${chance(0.8) ? "application/json" : pick(contentTypes)}`);
      headers.push(...framing);
      content = framedBody;
    }
    const version = chance(0.95) ? "HTTP/1.1" : pick(["HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.11", "FTP/1.1", ""]);
    const to = isMultiplexed && chance(0.95) ? `${base}/$streams` : target();
    return `${method} ${to} ${version}\r\n${headers.join("\r\n")}\r\n\r\n${content}`;
  }

  return () => {
    const count = chance(0.1) ? 2 + upTo(3) : 1;
    const asked = Array.from({ length: count }, () => (chance(0.9) ? pick(["GET", "POST", "POST"]) : pick(methods)));
    let text = asked.map(request).join("");
    if (chance(0.03)) text = mutate(text);
    if (chance(0.05)) text = text.slice(0, upTo(text.length));
    if (chance(0.01)) text = String.fromCharCode(...Array.from({ length: 1 + upTo(300) }, () => upTo(256)));
    return { bytes: Buffer.from(text, chance(0.5) ? "latin1" : "utf8"), breaks: chance(0.04) };
  };
}
