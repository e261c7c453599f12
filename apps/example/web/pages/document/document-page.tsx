import { useSyncExternalStore } from "react";
import { useLostHistory } from "../../components/lost-history.tsx";
import { Page } from "../../components/page.tsx";
import { useStored } from "../../use-stored.ts";
import { visitorName } from "../../visitor-name.ts";
import { Editor } from "./editor.tsx";
import { edits } from "./shared-text.ts";
import { usePresence } from "./use-presence.ts";
import { useSharedText } from "./use-shared-text.ts";

export function DocumentPage() {
  const [name] = useStored("name", visitorName);
  const { lost, onReset } = useLostHistory();
  const shared = useSharedText(onReset);
  const presence = usePresence(name);
  const isUnsent = useSyncExternalStore(
    (listener) => edits.subscribe(listener),
    () => edits.busy,
  );

  return (
    <Page
      title="Document"
      lede="Many windows write one text at once. Yjs merges the edits, Sluice transports them: what you write offline is kept, sent when you are back online, and merged with the edits of others."
      connections={{ "document/text": shared.connection, "document/presence": presence.connection }}
      lost={lost}
    >
      {shared.status === "error" && <p role="alert">{shared.error.message}</p>}
      <section className="document card" aria-label="Document">
        <div className="document-head">
          <ul className="people" aria-label="Who is here">
            {presence.people.map(({ clientId, name, colour }) => (
              <li key={clientId} style={{ background: colour }}>
                {name}
              </li>
            ))}
          </ul>
          <p className="hint" role="status">
            {isUnsent ? "Saving …" : "Saved"}
          </p>
        </div>
        {shared.data && <Editor />}
      </section>
    </Page>
  );
}
