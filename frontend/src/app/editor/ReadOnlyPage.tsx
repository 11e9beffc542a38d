import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api, isApiProblem, keys, layersQuery, type NetworkRead, sentenceOf, unwrap } from "@/api";
import { EmptyState, formatDate, LineSkeletons } from "@/ui";
import { ReadOnlyView } from "./ReadOnlyView";

/** What a read-only link opens: one revision of a network, in which nothing can be changed. */
export function ReadOnlyPage() {
  const { id = "", revision = "" } = useParams();
  return <Opening key={`${id} ${revision}`} id={id} revision={Number(revision)} />;
}

function Opening({ id, revision }: { id: string; revision: number }) {
  const { t } = useTranslation("readOnly");
  const isNumber = Number.isInteger(revision) && revision > 0;
  const network = useQuery({
    queryKey: [...keys.network(id), "revisions", revision],
    queryFn: () => {
      const path = { id, revision };
      return unwrap<NetworkRead>(api.GET("/api/networks/{id}/revisions/{revision}", { params: { path } }));
    },
    enabled: isNumber,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const layers = useQuery(layersQuery);
  if (network.data !== undefined && layers.data !== undefined) {
    const when = formatDate(network.data.updated);
    return <ReadOnlyView network={network.data} layers={layers.data} note={t("detail", { when })} />;
  }
  const error = network.error ?? layers.error;
  if (!isNumber || (isApiProblem(error) && error.status === 404)) {
    return (
      <EmptyState
        title={t("missing")}
        actions={
          <Button component={Link} to="/networks">
            {t("home")}
          </Button>
        }
      >
        {t("missingDetail")}
      </EmptyState>
    );
  }
  if (error === null) return <LineSkeletons lines={10} />;
  const again = () => {
    void network.refetch();
    void layers.refetch();
  };
  return (
    <EmptyState title={t("failedOpen")} actions={<Button onClick={again}>{t("again")}</Button>}>
      {sentenceOf(error)}
    </EmptyState>
  );
}
