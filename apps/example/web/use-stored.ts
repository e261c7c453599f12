import { useState } from "react";

/** Like `useState` for a text that survives a reload. */
export function useStored(key: string, initial: () => string) {
  const [value, setValue] = useState(() => {
    const stored = localStorage.getItem(key) ?? initial();
    localStorage.setItem(key, stored);
    return stored;
  });
  const store = (next: string) => {
    localStorage.setItem(key, next);
    setValue(next);
  };
  return [value, store] as const;
}
