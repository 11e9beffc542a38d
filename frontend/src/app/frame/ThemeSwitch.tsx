import { type MantineColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconDeviceDesktop, IconMoon, IconSun } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ReasonedIcon } from "@/ui";

const NEXT: Record<MantineColorScheme, MantineColorScheme> = { auto: "light", light: "dark", dark: "auto" };
const ICONS = { auto: IconDeviceDesktop, light: IconSun, dark: IconMoon };

/** Goes round: as the system has it, light, dark. */
export function ThemeSwitch({ className }: { className?: string | undefined }) {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Icon = ICONS[colorScheme];
  return (
    <ReasonedIcon
      label={t(`theme.${colorScheme}`)}
      size="lg"
      onClick={() => setColorScheme(NEXT[colorScheme])}
      {...(className === undefined ? {} : { className })}
    >
      <Icon size={18} stroke={1.6} aria-hidden />
    </ReasonedIcon>
  );
}
