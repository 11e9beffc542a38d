import { type MantineColorScheme, Menu, useMantineColorScheme } from "@mantine/core";
import { IconDeviceDesktop, IconMoon, IconSun } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { type Contrast, chooseContrast, ReasonedIcon, useContrast } from "@/ui";

const ICONS = { auto: IconDeviceDesktop, light: IconSun, dark: IconMoon };
const SCHEMES: MantineColorScheme[] = ["auto", "light", "dark"];
const CONTRASTS: Contrast[] = ["auto", "more", "usual"];

/** A menu of light and dark, and of the contrast. */
export function ThemeSwitch({ className }: { className?: string | undefined }) {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const contrast = useContrast();
  const Icon = ICONS[colorScheme];
  return (
    <Menu position="right-end">
      <Menu.Target>
        <ReasonedIcon
          label={t("look.switch")}
          size="lg"
          data-testid="look"
          {...(className === undefined ? {} : { className })}
        >
          <Icon size={18} stroke={1.6} aria-hidden />
        </ReasonedIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("look.colours")}</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)}>
          {SCHEMES.map((scheme) => (
            <Menu.RadioItem key={scheme} value={scheme} closeMenuOnClick>
              {t(`theme.${scheme}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Label>{t("look.contrast")}</Menu.Label>
        <Menu.RadioGroup value={contrast} onChange={(value) => chooseContrast(value as Contrast)}>
          {CONTRASTS.map((one) => (
            <Menu.RadioItem key={one} value={one} closeMenuOnClick>
              {t(`contrast.${one}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
