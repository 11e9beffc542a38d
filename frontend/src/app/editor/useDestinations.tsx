import {
  IconBook2,
  IconBraces,
  IconDatabase,
  IconLink,
  IconListTree,
  IconMap2,
  IconPlayerPlay,
  IconReportMoney,
  IconScale,
  IconSitemap,
  IconTimeline,
} from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Destination } from "@/features/editor";
import { useTour } from "@/features/tour";
import type { DrawerName } from "./useAddress";

const PAGES = [
  { id: "networks", icon: IconSitemap },
  { id: "architectures", icon: IconBook2 },
  { id: "data", icon: IconDatabase },
  { id: "runs", icon: IconTimeline },
] as const;

/** Where the command palette goes besides: the editor's drawers and the other pages. */
export function useDestinations(
  open: (drawer: DrawerName) => void,
  showOutline: () => void,
  showLink: () => void,
): readonly Destination[] {
  const { t } = useTranslation(["app", "costs", "networks", "nodeTree", "problems", "tour", "weights"]);
  const navigate = useNavigate();
  const { begin } = useTour();
  return useMemo(() => {
    const drawers: [DrawerName, string, typeof IconBraces][] = [
      ["train", t("editor.train"), IconPlayerPlay],
      ["problems", t("problems:title"), IconScale],
      ["costs", t("costs:title"), IconReportMoney],
      ["code", t("editor.code"), IconBraces],
      ["weights", t("weights:title"), IconDatabase],
    ];
    return [
      ...drawers.map(([name, words, Icon]): Destination => {
        return { id: `drawer-${name}`, name: words, icon: <Icon size={16} aria-hidden />, go: () => open(name) };
      }),
      { id: "outline", name: t("nodeTree:show"), icon: <IconListTree size={16} aria-hidden />, go: showOutline },
      { id: "link", name: t("networks:link.menu"), icon: <IconLink size={16} aria-hidden />, go: showLink },
      ...PAGES.map(({ id, icon: Icon }): Destination => {
        const go = () => void navigate(`/${id}`);
        return { id: `page-${id}`, name: t(`frame.${id}`), icon: <Icon size={16} aria-hidden />, go };
      }),
      { id: "tour", name: t("tour:take"), icon: <IconMap2 size={16} aria-hidden />, go: () => void begin() },
    ];
  }, [t, navigate, open, showOutline, showLink, begin]);
}
