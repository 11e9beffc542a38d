import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, type RunRead, sentenceOf, unwrap } from "@/api";
import { formatExact, notifyError } from "@/ui";

/** After memory ran out: the same run once more, with the batch that was tried and fits. */
export function AgainButton({ run, fits }: { run: RunRead; fits: unknown }) {
  const { t } = useTranslation("control");
  const navigate = useNavigate();
  const again = useMutation({
    mutationFn: (size: number) =>
      unwrap(
        api.POST("/api/runs", {
          body: {
            document: run.document,
            network_id: run.network_id,
            name: run.name,
            training: { ...run.training, data: { ...run.training?.data, batch_size: size } } as NonNullable<
              RunRead["training"]
            >,
          },
        }),
      ),
    onSuccess: (made) => navigate(`/runs/${made.id}`),
    onError: (error) => notifyError(t("again.failed"), sentenceOf(error)),
  });
  if (typeof fits !== "number" || run.training === null) return null;
  return (
    <Button
      variant="default"
      size="compact-xs"
      loading={again.isPending}
      onClick={() => again.mutate(fits)}
      data-testid="run-again"
    >
      {t("again.button", { number: formatExact(fits) })}
    </Button>
  );
}
