import { type FormEvent, useState } from "react";
import { maxPromptLength } from "../../../shared/assistant.ts";

const suggestions = ["Why did Florence Nightingale draw?", "Tell me about penguins", "How is unemployment measured?"];

interface PromptBoxProps {
  readonly initial: string;
  readonly onAsk: (prompt: string) => void;
}

export function PromptBox({ initial, onAsk }: PromptBoxProps) {
  const [prompt, setPrompt] = useState(initial);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (prompt.trim() !== "") onAsk(prompt.trim());
  };
  return (
    <form className="prompt card" onSubmit={submit}>
      <label htmlFor="prompt">Ask about data</label>
      <div className="prompt-line">
        <input
          id="prompt"
          value={prompt}
          required
          pattern=".*\S.*"
          maxLength={maxPromptLength}
          autoComplete="off"
          enterKeyHint="send"
          placeholder="What do you want to hear about?"
          onChange={({ target }) => setPrompt(target.value)}
        />
        <button type="submit" className="button primary">
          Ask
        </button>
      </div>
      <fieldset className="suggestions" aria-label="Suggestions">
        {suggestions.map((suggestion) => (
          <button key={suggestion} type="button" className="button small" onClick={() => onAsk(suggestion)}>
            {suggestion}
          </button>
        ))}
      </fieldset>
    </form>
  );
}
