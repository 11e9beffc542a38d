import { Anchor, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, type LinkRead, sentenceOf, unwrap } from "@/api";
import { CopyButton } from "@/ui";

interface LinkDialogProps {
  id: string;
  name: string;
  onClose: () => void;
}

/** Makes a link under which a network is shown as it is now and cannot be changed; says what the link does not do. */
export function LinkDialog({ id, name, onClose }: LinkDialogProps) {
  const { t } = useTranslation("networks");
  const { data, error } = useQuery({
    queryKey: ["link", id],
    queryFn: () => unwrap<LinkRead>(api.POST("/api/networks/{id}/link", { params: { path: { id } }, body: {} })),
    // Each time it is opened the network may be another.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const address = data === undefined ? "" : new URL(data.path, location.origin).href;
  return (
    <Modal opened onClose={onClose} title={t("link.title", { name })}>
      <Stack gap="sm" data-testid="link-dialog">
        <Text size="sm">{t("link.explain")}</Text>
        <Text size="sm">{t("link.access")}</Text>
        {error !== null && (
          <Text size="sm" c="var(--nw-error)" role="alert">
            {t("link.failed")}: {sentenceOf(error)}
          </Text>
        )}
        <TextInput
          label={t("link.address")}
          value={address}
          readOnly
          data-autofocus
          onFocus={(event) => event.currentTarget.select()}
          rightSection={<CopyButton text={address} label={t("link.copy")} />}
        />
        {data !== undefined && (
          <Anchor component={Link} to={data.path} onClick={onClose} size="sm">
            {t("link.open")}
          </Anchor>
        )}
      </Stack>
    </Modal>
  );
}
