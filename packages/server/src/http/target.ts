/** Shared by all requests without a query, such as calls by POST. */
const emptySearch = new URLSearchParams();

/** The path and query of a request, below the base. */
export class Target {
  /** Path segments, joined by `/`, without a leading or trailing slash. */
  readonly path: string;
  readonly #query: string;
  #search: URLSearchParams | undefined;

  /** @param url path and query below the base, in origin form */
  constructor(url: string) {
    const mark = url.indexOf("?");
    const path = mark === -1 ? url : url.slice(0, mark);
    this.path = path.startsWith("/") ? path.slice(1) : "";
    this.#query = mark === -1 ? "" : url.slice(mark + 1);
  }

  /** The query, parsed on first use. */
  get search(): URLSearchParams {
    if (this.#query === "") return emptySearch;
    this.#search ??= new URLSearchParams(this.#query);
    return this.#search;
  }
}
