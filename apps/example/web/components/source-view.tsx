import { useMemo, useState } from "react";
import { highlight } from "./highlight.ts";

export interface Source {
  /** Relative to the example's folder, or to that of the quick start. */
  readonly path: string;
  readonly text: string;
}

/** Some files, shown one at a time, to read and copy. */
export function SourceView({ sources }: { sources: readonly Source[] }) {
  const [chosen, choose] = useState<string>();
  const source = sources.find(({ path }) => path === chosen) ?? sources[0];
  if (!source) return null;
  return (
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
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard
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
