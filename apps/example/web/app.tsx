import { useEffect } from "react";
import { ThemeToggle } from "./components/theme-toggle.tsx";
import { PricesPage } from "./pages/prices/prices-page.tsx";
import { ScoresPage } from "./pages/scores/scores-page.tsx";
import { Link, usePath } from "./router.tsx";

const pages = [
  { path: "/scores", name: "Scores", Page: ScoresPage },
  { path: "/prices", name: "Prices", Page: PricesPage },
];

export function App() {
  const path = usePath();
  const page = pages.find((page) => page.path === path) ?? pages[0];
  useEffect(() => {
    document.title = `${page?.name} · Sluice example`;
  }, [page]);
  return (
    <>
      <header className="site-header">
        <span className="wordmark">
          <Waves /> Sluice
        </span>
        <nav aria-label="Pages">
          {pages.map(({ path, name }) => (
            <Link key={path} to={path} current={path === page?.path}>
              {name}
            </Link>
          ))}
        </nav>
        <ThemeToggle />
      </header>
      <main>{page && <page.Page />}</main>
    </>
  );
}

const Waves = () => (
  <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="var(--accent)" />
    <path
      d="M6 11c4-4 6 4 10 0s6 4 10 0M6 16c4-4 6 4 10 0s6 4 10 0M6 21c4-4 6 4 10 0s6 4 10 0"
      fill="none"
      stroke="var(--on-accent)"
      strokeWidth="2.4"
      strokeLinecap="round"
    />
  </svg>
);
