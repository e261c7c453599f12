import { sluiceMutation } from "@sluice/client/query";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { client } from "../../client.ts";

/** Positions that feel even to the hand and the arrow keys, from the slowest to the fastest. */
const stops = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 1_500, 2_000, 3_000, 4_000, 5_000];

const nearest = (perSecond: number) =>
  stops.reduce(
    (best, stop, index) => (Math.abs(stop - perSecond) < Math.abs((stops[best] ?? 0) - perSecond) ? index : best),
    0,
  );

/**
 * The rate that all windows share. While the slider moves, the latest value is sent as soon as the previous request
 * has finished. The slider shows it until the server's state has changed, because the mutation's response may arrive
 * first.
 */
export function RateSlider({ perSecond }: { perSecond: number }) {
  const [wish, setWish] = useState<number>();
  const { mutate, isPending } = useMutation({
    ...sluiceMutation(client.prices.setRate),
    onSettled: (_data, error, sent) =>
      setWish((wish) => (wish === sent.perSecond && (error || wish === perSecond) ? undefined : wish)),
  });
  useEffect(() => {
    if (!isPending) setWish(undefined);
  }, [perSecond]);
  useEffect(() => {
    if (wish !== undefined && !isPending) mutate({ perSecond: wish });
  }, [wish, isPending, mutate]);

  const shown = wish ?? perSecond;
  return (
    <label className="rate">
      <span>
        Rate <output>{shown.toLocaleString("en-US")} events a second</output>
      </span>
      <input
        type="range"
        min={0}
        max={stops.length - 1}
        value={nearest(shown)}
        aria-valuetext={`${shown} events a second`}
        onChange={({ target }) => setWish(stops[target.valueAsNumber])}
      />
    </label>
  );
}
