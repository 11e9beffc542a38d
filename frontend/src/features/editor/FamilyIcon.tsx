import {
  type Icon,
  IconAbc,
  IconArrowLoopRight,
  IconArrowMerge,
  IconArrowsMinimize,
  IconBoxMultiple,
  IconEraser,
  IconFilter,
  IconFocus2,
  IconHelpHexagon,
  IconLogin2,
  IconRulerMeasure,
  IconTopologyStar3,
  IconTransform,
  IconVector,
  IconWaveSine,
} from "@tabler/icons-react";

/** How a family of layers looks. Families come from the catalogue; one that has no icon here gets the last. */
const ICONS: { [family: string]: Icon } = {
  io: IconLogin2,
  linear: IconVector,
  convolution: IconFilter,
  recurrent: IconArrowLoopRight,
  attention: IconFocus2,
  embedding: IconAbc,
  pooling: IconArrowsMinimize,
  normalization: IconRulerMeasure,
  activation: IconWaveSine,
  regularization: IconEraser,
  shape: IconTransform,
  merge: IconArrowMerge,
  graph: IconTopologyStar3,
  block: IconBoxMultiple,
};

/** The colour of a family as CSS; blocks and unknown types are neutral. */
export function familyColor(family: string): string {
  return `var(--nw-family-${family}, var(--nw-text-quiet))`;
}

export function FamilyIcon({ family, size = 16 }: { family: string; size?: number }) {
  const FamilyShape = ICONS[family] ?? IconHelpHexagon;
  return <FamilyShape size={size} color={familyColor(family)} stroke={1.75} aria-hidden />;
}
