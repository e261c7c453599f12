/** Reads a subscription up to `$live` without Sluice's client: the server's own data. */
export async function readUntilLive(url: string): Promise<{ type: string; data: never }[]> {
  const response = await fetch(url, { headers: { accept: "text/event-stream" } });
  if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`);
  let text = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("event: $live\n")) break;
  }
  return [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, type = "", data = ""]) => ({
    type,
    data: JSON.parse(data) as never,
  }));
}

export async function call(url: string, input: object): Promise<{ status: number; body: Record<string, never> }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ input }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, never> };
}
