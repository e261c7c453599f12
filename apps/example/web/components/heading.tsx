import { type ReactNode, useEffect, useRef } from "react";
import { hasNavigated } from "../router.tsx";

/** A page's title. It takes the focus after a navigation, so that a screen reader announces the page. */
export function Heading({ children }: { children: ReactNode }) {
  const element = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hasNavigated()) element.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h1 ref={element} tabIndex={-1}>
      {children}
    </h1>
  );
}
