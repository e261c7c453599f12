import { defaultKeymap } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import { awareness, text } from "./shared-text.ts";

/** CodeMirror, bound to the shared text. Its style is in `document.css`. */
export function Editor() {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const state = EditorState.create({
      doc: text.toString(),
      extensions: [
        keymap.of([...yUndoManagerKeymap, ...defaultKeymap]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": "Shared text", spellcheck: "false" }),
        yCollab(text, awareness),
      ],
    });
    const view = new EditorView({ state, ...(host.current && { parent: host.current }) });
    return () => view.destroy();
  }, []);
  return <div ref={host} className="editor" />;
}
