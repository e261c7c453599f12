import { Heading } from "../../components/heading.tsx";
import { pages } from "../../pages.tsx";
import { Link } from "../../router.tsx";
import { Diagram } from "./diagram.tsx";
import { LiveNumber } from "./live-number.tsx";
import { QuickStart } from "./quick-start.tsx";

export const StartPage = () => (
  <>
    <div className="page-head start-head">
      <div>
        <Heading>Live data that never loses events silently</Heading>
        <p className="lede">
          Define your events once, in a contract. The server keeps them in a log and encodes each one once. Every
          browser follows the log, fully typed, and after any cut continues exactly where it was.
        </p>
      </div>
      <LiveNumber />
    </div>
    <Diagram />
    <QuickStart />
    <nav className="doors" aria-label="What to look at">
      {pages.map(({ path, name, summary }) => (
        <Link key={path} to={path} className="door card">
          <b>{name}</b>
          <span>{summary}</span>
        </Link>
      ))}
    </nav>
  </>
);
