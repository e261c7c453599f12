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
        <Heading>Live data that loses nothing in silence</Heading>
        <p className="lede">
          Say once, in a contract, which events there are. The server keeps them in a log and encodes each one once;
          every browser follows the log, fully typed, and after any cut goes on exactly where it was.
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
