const key = "theme";

export type Theme = "light" | "dark";

const systemTheme = (): Theme => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

export const currentTheme = (): Theme =>
  (document.documentElement.dataset["theme"] as Theme | undefined) ?? systemTheme();

/** Visitors without a stored choice get the theme of their system. */
export function applyStoredTheme(): void {
  const stored = localStorage.getItem(key);
  if (stored === "light" || stored === "dark") document.documentElement.dataset["theme"] = stored;
}

export function toggleTheme(): void {
  const next = currentTheme() === "dark" ? "light" : "dark";
  document.documentElement.dataset["theme"] = next;
  localStorage.setItem(key, next);
}

/** Calls the listener when the theme changes, by choice or by the system. */
export function onThemeChange(listener: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const choice = new MutationObserver(listener);
  choice.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  system.addEventListener("change", listener);
  return () => {
    choice.disconnect();
    system.removeEventListener("change", listener);
  };
}
