import { Badge, Button, SegmentedControl } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { type LayerRead, type NetworkRead, sentenceOf, useCreateNetwork } from "@/api";
import { Canvas, CommandPalette, EditorProvider } from "@/features/editor";
import { Inspector } from "@/features/inspector";
import { NodeTree } from "@/features/nodeTree";
import { notifyError, PageBar, usePageTitle } from "@/ui";
import styles from "./readOnly.module.css";
import { useAddress } from "./useAddress";

/** Below this width there is room for one of the three at a time. */
const NARROW = "(max-width: 900px)";
const MAX_NAME_LENGTH = 200;

interface ReadOnlyViewProps {
  network: NetworkRead;
  layers: LayerRead[];
  /** Why nothing can be changed, and what is shown. */
  note: string;
  actions?: ReactNode;
}

/** A network that can be looked at: its drawing, its outline and its settings, with the check's shapes and problems. */
export function ReadOnlyView({ network, layers, note, actions }: ReadOnlyViewProps) {
  return (
    <EditorProvider document={network.document} revision={network.revision} layers={layers} isReadOnly>
      <Layout network={network} note={note} actions={actions} />
    </EditorProvider>
  );
}

const NO_DESTINATIONS = [] as const;
const PARTS = ["drawing", "outline", "settings"] as const;
type Part = (typeof PARTS)[number];

function Layout({ network, note, actions }: Omit<ReadOnlyViewProps, "layers">) {
  const { t } = useTranslation("readOnly");
  const { name } = network.document;
  const isNarrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
  const [part, setPart] = useState<Part>("drawing");
  const isShown = (one: Part) => !isNarrow || part === one;
  usePageTitle(name ?? "");
  useAddress();
  return (
    <div className={styles.root} data-testid="read-only">
      <PageBar>
        <h1 className={styles.name} title={name}>
          {name}
        </h1>
        <Badge variant="outline" className={styles.badge ?? ""}>
          {t("badge")}
        </Badge>
        <div className={styles.grow} />
        <CopyOfIt network={network} />
      </PageBar>
      <div className={styles.note} role="note">
        <span>{note}</span>
        {actions}
      </div>
      {isNarrow && (
        <SegmentedControl
          size="xs"
          className={styles.parts ?? ""}
          aria-label={t("shown")}
          value={part}
          onChange={(value) => setPart(value as Part)}
          data={PARTS.map((value) => ({ value, label: t(value) }))}
        />
      )}
      <CommandPalette destinations={NO_DESTINATIONS} />
      <div className={styles.columns}>
        {isShown("outline") && (
          <div className={styles.outline}>
            <NodeTree />
          </div>
        )}
        {isShown("drawing") && (
          <div className={styles.canvas}>
            <Canvas />
          </div>
        )}
        {isShown("settings") && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and nothing in it can take the keyboard.
          <section className={styles.settings} aria-label={t("settings")} tabIndex={0}>
            <fieldset className={styles.fields} disabled>
              <Inspector />
            </fieldset>
          </section>
        )}
      </div>
    </div>
  );
}

function CopyOfIt({ network }: { network: NetworkRead }) {
  const { t } = useTranslation("readOnly");
  const navigate = useNavigate();
  const create = useCreateNetwork();
  async function copy(): Promise<void> {
    try {
      const name = t("copyName", { name: network.document.name }).slice(0, MAX_NAME_LENGTH);
      const made = await create.mutateAsync({ ...network.document, name });
      await navigate(`/networks/${made.id}`);
    } catch (error) {
      notifyError(t("failed"), sentenceOf(error));
    }
  }
  return (
    <Button loading={create.isPending} onClick={() => void copy()}>
      {t("copy")}
    </Button>
  );
}
