import { Button } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { EmptyState, PageBar, usePageTitle } from "@/ui";

export function NotFoundPage() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  usePageTitle(t("notFound.title"));
  return (
    <>
      <PageBar>
        <h1>{t("notFound.title")}</h1>
      </PageBar>
      <EmptyState
        icon={<IconMapOff size={32} stroke={1.4} />}
        title={t("notFound.title")}
        actions={
          <Button component={Link} to="/networks">
            {t("error.home")}
          </Button>
        }
      >
        {t("notFound.detail", { path: pathname })}
      </EmptyState>
    </>
  );
}
