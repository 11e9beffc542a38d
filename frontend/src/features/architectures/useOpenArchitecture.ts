import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { architectureQuery, sentenceOf, useCreateNetwork } from "@/api";
import { notifyError, useSaid } from "@/ui";

/** Makes a network of one's own out of a ready-made one, and opens it. */
export function useOpenArchitecture() {
  const { t } = useTranslation("architectures");
  const client = useQueryClient();
  const navigate = useNavigate();
  const create = useCreateNetwork();
  const said = useSaid();
  const [opening, setOpening] = useState<string | null>(null);

  async function open(id: string): Promise<void> {
    setOpening(id);
    try {
      const { document, name } = await client.fetchQuery(architectureQuery(id));
      const network = await create.mutateAsync({ ...document, name: said(name) ?? document.name ?? id });
      await navigate(`/networks/${network.id}`);
    } catch (error) {
      notifyError(t("failed.open"), sentenceOf(error));
    } finally {
      setOpening(null);
    }
  }

  return { opening, open };
}
