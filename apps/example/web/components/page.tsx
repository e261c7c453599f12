import type { Connection } from "@sluice/client";
import type { ReactNode } from "react";
import { ConnectionBadge } from "./connection-badge.tsx";
import { ConnectionCount } from "./connection-count.tsx";
import { CutButtons } from "./cut-buttons.tsx";
import { Heading } from "./heading.tsx";
import { type LostHistory, LostHistoryNotice } from "./lost-history.tsx";
import { ServedBy } from "./served-by.tsx";
import { WirePanel } from "./wire-panel.tsx";

interface PageProps {
  readonly title: string;
  /** What the page shows, in a sentence. */
  readonly lede: string;
  /** The connections of the page's subscriptions, by path. */
  readonly connections: Readonly<Record<string, Connection>>;
  /** The last gap in their history. */
  readonly lost?: LostHistory | undefined;
  readonly children: ReactNode;
}

/** The parts that all pages share: a heading, connections and buttons to cut them, and the raw streams. */
export function Page({ title, lede, connections, lost, children }: PageProps) {
  return (
    <>
      <div className="page-head">
        <div>
          <Heading>{title}</Heading>
          <p className="lede">{lede}</p>
        </div>
        <section className="lines" aria-label="Connections">
          {Object.entries(connections).map(([path, connection]) => (
            <ConnectionBadge key={path} path={path} connection={connection} />
          ))}
          <ServedBy />
          <ConnectionCount />
          <CutButtons />
          <LostHistoryNotice lost={lost} />
        </section>
      </div>
      {children}
      <WirePanel />
    </>
  );
}
