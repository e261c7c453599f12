type Fetch = typeof globalThis.fetch;

/** A network that lets `fill` do its work before each piece of a response is passed on. */
export const filledNetwork =
  (network: Fetch, fill: () => Promise<unknown> | undefined): Fetch =>
  async (address, init) => {
    const response = await network(address, init);
    const filling = new TransformStream<Uint8Array, Uint8Array>(
      {
        async transform(chunk, controller) {
          await fill();
          controller.enqueue(chunk);
        },
      },
      undefined,
      { highWaterMark: 0 },
    );
    const { status, headers } = response;
    return new Response(response.body?.pipeThrough(filling) ?? null, { status, headers });
  };
