import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { isRouteErrorResponse, Link, useRouteError } from "react-router";
import { EmptyState } from "@/ui";

function sentenceOf(error: unknown): string {
  if (isRouteErrorResponse(error)) return error.statusText;
  return error instanceof Error ? error.message : String(error);
}

/** When a page fails while it is drawn or loaded: what happened, and two ways out. */
export function PageError() {
  const { t } = useTranslation();
  const error = useRouteError();
  return (
    <EmptyState
      icon={<IconAlertTriangle size={32} stroke={1.4} />}
      title={t("error.title")}
      actions={
        <>
          <Button onClick={() => location.reload()}>{t("error.reload")}</Button>
          <Button variant="default" component={Link} to="/networks">
            {t("error.home")}
          </Button>
        </>
      }
    >
      <p>{t("error.detail")}</p>
      <code>{sentenceOf(error)}</code>
    </EmptyState>
  );
}
