import { Suspense, useEffect } from "react";
import { SourceLink, SourcePanel } from "./components/source-panel.tsx";
import { ThemeToggle } from "./components/theme-toggle.tsx";
import { Waves } from "./components/waves.tsx";
import { NotFoundPage } from "./pages/not-found-page.tsx";
import { StartPage } from "./pages/start/start-page.tsx";
import { pages } from "./pages.tsx";
import { Link, usePath } from "./router.tsx";

export function App() {
  const path = usePath();
  const page = pages.find((page) => page.path === path);
  const isStart = path === "/";
  const name = page?.name ?? (isStart ? "Live data over plain SSE" : "Not found");
  useEffect(() => {
    document.title = `${name} · Sluice example`;
  }, [name]);
  return (
    <>
      <header className="site-header">
        <Link to="/" className="wordmark" current={isStart}>
          <Waves /> Sluice
        </Link>
        <nav aria-label="Pages">
          {pages.map(({ path, name }) => (
            <Link key={path} to={path} current={path === page?.path}>
              {name}
            </Link>
          ))}
        </nav>
        <div className="site-links">
          <a href="/README.md">README</a>
          {(page || isStart) && <SourceLink />}
          <ThemeToggle />
        </div>
      </header>
      <main>
        {/* The key prevents React from showing the old page while the next one loads. */}
        <Suspense key={path}>
          {page ? <page.Page /> : isStart ? <StartPage /> : <NotFoundPage />}
          {(page || isStart) && <SourcePanel load={page?.sources ?? startSources} />}
        </Suspense>
      </main>
    </>
  );
}

const startSources = () => import("./pages/start/sources.ts");
