import { useCallback, useLayoutEffect, useRef, useState } from "react";
import { tap } from "../client.ts";
import { usePolled } from "../use-polled.ts";
import type { WireNote, WireView } from "../wire/wire-log.ts";

const nothing: WireView = { tail: "", notes: [] };
const maxLines = 60;

/** The raw streams, byte for byte. */
export function WirePanel() {
  const logs = usePolled(useCallback(() => tap.logs, []));
  const paths = [...logs.keys()].sort();
  const [chosen, choose] = useState<string>();
  const [frozen, freeze] = useState<WireView>();
  const path = paths.find((path) => path === chosen) ?? paths.at(-1) ?? "";
  const current = usePolled(useCallback(() => tap.logs.get(path)?.view ?? nothing, [path]));
  const { tail, notes } = frozen ?? current;

  return (
    <section className="wire card" aria-labelledby="wire-title">
      <div className="wire-head">
        <h2 id="wire-title">On the wire</h2>
        <fieldset className="tabs" aria-label="Stream">
          {paths.map((each) => (
            <button key={each} type="button" aria-pressed={each === path} onClick={() => choose(each)}>
              {each}
            </button>
          ))}
        </fieldset>
        <button
          type="button"
          className="button small"
          aria-pressed={frozen !== undefined}
          onClick={() => freeze(frozen ? undefined : current)}
        >
          {frozen ? "Resume" : "Pause"}
        </button>
      </div>
      <div className="wire-body">
        <Tail text={tail} />
        <Notes notes={notes} />
      </div>
    </section>
  );
}

function Tail({ text }: { text: string }) {
  const element = useRef<HTMLElement>(null);
  const lines = text.split("\n").slice(-maxLines);
  useLayoutEffect(() => {
    element.current?.scrollTo(0, element.current.scrollHeight);
  }, [text]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard
    <section className="tail" ref={element} tabIndex={0} aria-label="Raw event stream">
      <pre>
        {lines.map((line, index) => (
          <span key={index} data-kind={kindOf(line, lines[index - 1])}>
            {line}
            {"\n"}
          </span>
        ))}
      </pre>
    </section>
  );
}

function kindOf(line: string, before = ""): string | undefined {
  if (line.startsWith(":")) return "comment";
  if (/^event: (\d+\/)?\$/.test(line) || /^event: (\d+\/)?\$/.test(before)) return "control";
  if (line.startsWith("id:") || line.startsWith("retry:")) return "quiet";
  return undefined;
}

function Notes({ notes }: { notes: readonly WireNote[] }) {
  return (
    <div className="notes">
      <h3>Control frames</h3>
      <ol aria-label="Control frames">
        {notes.toReversed().map(({ key, at, text, kind }) => (
          <li key={key} data-kind={kind}>
            <time>{at.toLocaleTimeString([], { hour12: false })}</time> <span>{text}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
