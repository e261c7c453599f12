import { useCallback, useState } from "react";

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly detail: string;
  /** The subject of the toast, so that a page can mark it. */
  readonly about: string;
}

const shownFor = 4_000;
const most = 4;
let ids = 0;

export function useToasts() {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const add = useCallback((toast: Omit<Toast, "id">) => {
    const id = ++ids;
    setToasts((before) => [...before, { ...toast, id }].slice(-most));
    setTimeout(() => setToasts((before) => before.filter((each) => each.id !== id)), shownFor);
  }, []);
  return [toasts, add] as const;
}

export const Toasts = ({ toasts }: { toasts: readonly Toast[] }) => (
  <div className="toasts" aria-live="polite">
    {toasts.map(({ id, text, detail }) => (
      <p key={id} className="toast">
        <strong>{text}</strong> {detail}
      </p>
    ))}
  </div>
);
