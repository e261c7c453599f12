import { useSyncExternalStore } from "react";
import { currentTheme, onThemeChange, toggleTheme } from "../theme.ts";

export function ThemeToggle() {
  const theme = useSyncExternalStore(onThemeChange, currentTheme);
  const other = theme === "dark" ? "light" : "dark";
  return (
    <button type="button" className="icon-button" onClick={toggleTheme} aria-label={`Switch to ${other} colours`}>
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
        <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" strokeWidth="1.6" />
        <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
      </svg>
    </button>
  );
}
