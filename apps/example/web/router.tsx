import { type MouseEvent, type ReactNode, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("popstate", listener);
  };
}

/** The path of the current page. */
export const usePath = () => useSyncExternalStore(subscribe, () => location.pathname);

let navigated = false;
addEventListener("popstate", () => {
  navigated = true;
});

/** True after a navigation within the app: then the browser doesn't announce the new page. */
export const hasNavigated = () => navigated;

function navigate(to: string): void {
  navigated = true;
  history.pushState(null, "", to);
  scrollTo(0, 0);
  for (const listener of listeners) listener();
}

interface LinkProps {
  readonly to: string;
  readonly current?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A link to another page of this app. Opening it in a new tab works as usual. */
export function Link({ to, current = false, className, children }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} className={className} onClick={follow} aria-current={current ? "page" : undefined}>
      {children}
    </a>
  );
}
