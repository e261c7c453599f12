import { useMemo, useState } from "react";
import { highlight } from "./highlight.ts";

export interface Source {
  /** Within the example's folder. */
  readonly path: string;
  readonly text: string;
}

export type LoadSources = () => Promise<{ readonly sources: readonly Source[] }>;

/** The files that a page is made of, to read and to copy. They are loaded when somebody wants to see them. */
export function SourcePanel({ load }: { load: LoadSources }) {
  const [sources, setSources] = useState<readonly Source[]>([]);
  const [chosen, choose] = useState<string>();
  const source = sources.find(({ path }) => path === chosen) ?? sources[0];
  const open = async () => setSources((await load()).sources);
  return (
    <details className="sources card" onToggle={open}>
      <summary>
        <h2>Source of this page</h2>
      </summary>
      {source && (
        <>
          <div className="sources-head">
            <fieldset className="tabs" aria-label="File">
              {sources.map(({ path }) => (
                <button key={path} type="button" aria-pressed={path === source.path} onClick={() => choose(path)}>
                  {path}
                </button>
              ))}
            </fieldset>
            <CopyButton key={source.path} text={source.text} />
          </div>
          <Code source={source} />
        </>
      )}
    </details>
  );
}

function CopyButton({ text }: { text: string }) {
  const [outcome, setOutcome] = useState("");
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setOutcome("Copied"),
      () => setOutcome("The browser refused"),
    );
  return (
    <span className="copy">
      <span role="status" className="hint">
        {outcome}
      </span>
      <button type="button" className="button small" onClick={copy}>
        Copy
      </button>
    </span>
  );
}

function Code({ source }: { source: Source }) {
  const tokens = useMemo(() => highlight(source.text), [source]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className="code" tabIndex={0} aria-label={source.path}>
      <pre>
        {tokens.map(({ text, kind }, index) => (
          <span key={index} data-kind={kind}>
            {text}
          </span>
        ))}
      </pre>
    </section>
  );
}
