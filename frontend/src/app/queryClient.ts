import { QueryClient } from "@tanstack/react-query";
import i18next from "i18next";
import { connection, isApiProblem } from "@/api";

const MAX_RETRIES = 2;

/** An answer that says no stays no; only a missing or overloaded server is asked again. */
function shouldRetry(failures: number, error: unknown): boolean {
  return isApiProblem(error) && error.status >= 500 && failures < MAX_RETRIES;
}

export function createQueryClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: { retry: shouldRetry, staleTime: 10_000, networkMode: "always" },
      mutations: { networkMode: "always" },
    },
  });
  // What the server says it says in the page's language. The open network holds edits that it does not have.
  i18next.on("languageChanged", () => {
    void client.invalidateQueries({ predicate: ({ queryKey: [what, id] }) => what !== "networks" || id === undefined });
  });
  let before = connection.get();
  connection.subscribe((now) => {
    // What could not be asked while the server was away is asked now.
    if (before !== "online" && now === "online") {
      void client.invalidateQueries({ predicate: (query) => query.state.status === "error" || query.isStale() });
    }
    before = now;
  });
  return client;
}
