import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { blocksQuery } from "@/api";
import { type Translate, useEditor, useEditorWords } from "@/features/editor";
import { LIBRARY, type PaletteItem, paletteItems } from "./items";

/** Everything that can be put on the canvas now, in the catalogue's order. */
export function useItems(): PaletteItem[] {
  const t = useEditorWords();
  const catalogue = useEditor((state) => state.catalogue);
  const blocks = useEditor((state) => state.document.blocks);
  const { data: library } = useQuery(blocksQuery);
  return useMemo(
    () => paletteItems(catalogue, blocks, (family) => t(`family.${family}`), library),
    [catalogue, blocks, library, t],
  );
}

/** A sentence about an item. */
export function describe({ family, summary }: PaletteItem, t: Translate): string {
  if (family === "block") return t("palette.blockHint");
  return family === LIBRARY && summary === "" ? t("palette.libraryHint") : summary;
}
