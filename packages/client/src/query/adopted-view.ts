import { SluiceError } from "@sluice/contract";
import type { QueryClient } from "@tanstack/query-core";
import type { Arrivals } from "./arrivals.js";
import type { AdoptableView } from "./hydration-link.js";

/** A view of a page that was rendered: it starts from what the page brought. */
export const hydratedView = <View extends AdoptableView>(client: QueryClient, view: View, arrivals: Arrivals): View =>
  override(view, {
    start() {
      const from = arrivals.take(client, view.query, view.source);
      if (!view.isStarted) view.start(from ?? undefined);
      // A page may bring what is older than what this view has, or what can't be read.
      else if (from !== undefined || view.query.state.data === undefined) view.flush();
    },
    fetch() {
      const from = view.isStarted ? undefined : arrivals.take(client, view.query, view.source);
      if (!from) return view.fetch();
      view.start(from);
      return Promise.resolve(view.query.state.data);
    },
  });

/**
 * A view of a page that is rendered: it takes the first value, and closes its subscription at once, as nobody is there to follow it.
 *
 * @param timeout in milliseconds.
 * @param note notes where the data is from, while the subscription is open.
 */
export const renderedView = <View extends AdoptableView>(
  view: View,
  timeout: number,
  note: (view: AdoptableView) => void,
): View =>
  override(view, {
    async fetch() {
      const { query, source } = view;
      // What is left of the render may take longer than a view is kept in a browser.
      query.gcTime = Infinity;
      const shared = source.internals.shared(source.input);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          const message = `${source.internals.procedure.path} had nothing to show within ${timeout} ms (serverTimeout).`;
          reject(new SluiceError("timeout", { message, cause: shared.connection.error }));
        }, timeout);
      });
      try {
        await Promise.race([view.fetch(), late]);
        note(view);
        return query.state.data;
      } finally {
        clearTimeout(timer);
        view.stop();
        shared.release();
      }
    },
  });

const override = <View extends AdoptableView>(view: View, members: Partial<AdoptableView>): View =>
  Object.assign(Object.create(view), members);
