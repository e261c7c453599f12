import contract from "../../../quick-start/contract.ts?raw";
import main from "../../../quick-start/main.tsx?raw";
import server from "../../../quick-start/server.ts?raw";
import { type Source, SourceView } from "../../components/source-view.tsx";

const sources: readonly Source[] = [
  { path: "contract.ts", text: contract },
  { path: "server.ts", text: server },
  { path: "main.tsx", text: main },
];

/** A whole application, as the README shows it and the tests run it. */
export const QuickStart = () => (
  <section className="quick-start card" aria-labelledby="quick-start-title">
    <div className="quick-start-head">
      <h2 id="quick-start-title">What you write</h2>
      <p className="hint">
        All of it, for a live score. Change an event in the contract, and server and component stop compiling until they
        follow. The <a href="/README.md">README</a> says how to install and run it.
      </p>
    </div>
    <SourceView sources={sources} />
  </section>
);
