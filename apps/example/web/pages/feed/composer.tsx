import { type FormEvent, type KeyboardEvent, useId, useRef } from "react";
import { type Draft, maxNameLength, maxPostLength } from "../../../shared/feed.ts";
import { useStored } from "../../use-stored.ts";
import { visitorName } from "../../visitor-name.ts";

/** A form to write posts. Name and unsent text survive a reload. */
export function Composer({ onPost }: { onPost: (draft: Draft) => void }) {
  const [name, setName] = useStored("name", visitorName);
  const [text, setText] = useStored("draft", () => "");
  const form = useRef<HTMLFormElement>(null);
  const hint = useId();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") return;
    onPost({ id: crypto.randomUUID(), author: name.trim(), text: text.trim() });
    setText("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.current?.requestSubmit();
  };

  return (
    <form ref={form} className="composer card" onSubmit={submit}>
      <label>
        Your name
        <input
          value={name}
          required
          pattern=".*\S.*"
          maxLength={maxNameLength}
          autoComplete="nickname"
          onChange={({ target }) => setName(target.value)}
        />
      </label>
      <label>
        What is happening?
        <textarea
          value={text}
          required
          rows={4}
          maxLength={maxPostLength}
          aria-describedby={hint}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={onKeyDown}
        />
      </label>
      <div className="composer-end">
        <span id={hint} className="hint">
          {maxPostLength - text.length} left · Ctrl+Enter posts
        </span>
        <button type="submit" className="button primary">
          Post
        </button>
      </div>
    </form>
  );
}
