import { type MouseEvent, useState } from "react";
import { type Source, SourceView } from "./source-view.tsx";

export type LoadSources = () => Promise<{ readonly sources: readonly Source[] }>;

const id = "source";

/** The source files of a page. They are loaded when the panel opens. */
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

/** Scrolls to the panel and opens it. */
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
