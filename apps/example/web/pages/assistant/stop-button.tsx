import { sluiceMutation } from "@sluice/client/query";
import { useMutation } from "@tanstack/react-query";
import { client } from "../../client.ts";
import type { Run } from "./run.ts";

/** Stops the run for everybody who watches it. */
export function StopButton({ run }: { readonly run: Run }) {
  const stop = useMutation(sluiceMutation(client.assistant.stop));
  return (
    <>
      <button type="button" className="button small" disabled={stop.isPending} onClick={() => stop.mutate(run)}>
        Stop
      </button>
      {stop.error && <span role="alert">{stop.error.message}</span>}
    </>
  );
}
