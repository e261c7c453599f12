import { useEffect, useRef, useState } from "react";

/**
 * Reads what changes too often to render each change. `read` has to give the same reference as long as nothing changed.
 *
 * @param interval milliseconds between two looks.
 */
export function usePolled<T>(read: () => T, interval = 100): T {
  const [value, setValue] = useState(read);
  const latest = useRef(read);
  useEffect(() => {
    latest.current = read;
    setValue(() => read());
  }, [read]);
  useEffect(() => {
    const timer = setInterval(() => setValue(() => latest.current()), interval);
    return () => clearInterval(timer);
  }, [interval]);
  return value;
}
