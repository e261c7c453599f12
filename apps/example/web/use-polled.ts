import { useEffect, useRef, useState } from "react";

/**
 * Reads a value that changes too often to render every change. `read` must return the same reference as long as
 * nothing has changed.
 *
 * @param interval milliseconds between two reads.
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
