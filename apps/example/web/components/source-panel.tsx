import { type MouseEvent, useState } from "react";
import { type Source, SourceView } from "./source-view.tsx";

export type LoadSources = () => Promise<{ readonly sources: readonly Source[] }>;

const id = "source";

/** The files that a page is made of. They are loaded when somebody wants to see them. */
export function SourcePanel({ load }: { load: LoadSources }) {
  const [sources, setSources] = useState<readonly Source[]>([]);
  const open = async () => setSources((await load()).sources);
  return (
    <details id={id} className="sources card" onToggle={open}>
      <summary>
        <h2>Source of this page</h2>
      </summary>
      <SourceView sources={sources} />
    </details>
  );
}

/** Leads to the panel and opens it. */
export function SourceLink() {
  const show = (event: MouseEvent) => {
    event.preventDefault();
    const panel = document.getElementById(id) as HTMLDetailsElement;
    panel.open = true;
    panel.scrollIntoView();
    panel.querySelector("summary")?.focus();
  };
  return (
    <a href={`#${id}`} onClick={show}>
      Source
    </a>
  );
}
