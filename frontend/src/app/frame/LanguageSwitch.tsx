import { Menu } from "@mantine/core";
import { IconLanguage } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { notifyError, ReasonedIcon } from "@/ui";
import { chooseLanguage, LANGUAGE_NAMES, LANGUAGES, type Language } from "../language";

/** A menu of the languages, each under its own name. */
export function LanguageSwitch({ className }: { className?: string | undefined }) {
  const { t, i18n } = useTranslation();
  async function choose(language: Language) {
    try {
      await chooseLanguage(language);
    } catch (error) {
      // The browser's own words for a file that does not come help nobody; they are for the console.
      console.warn(error);
      notifyError(t("language.failed"), t("language.failedDetail", { language: LANGUAGE_NAMES[language] }));
    }
  }
  return (
    <Menu position="right-end">
      <Menu.Target>
        <ReasonedIcon
          label={t("language.switch")}
          size="lg"
          data-testid="language"
          {...(className === undefined ? {} : { className })}
        >
          <IconLanguage size={18} stroke={1.6} aria-hidden />
        </ReasonedIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={i18n.language} onChange={(value) => void choose(value as Language)}>
          {LANGUAGES.map((language) => (
            <Menu.RadioItem key={language} value={language} lang={language} closeMenuOnClick>
              {LANGUAGE_NAMES[language]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
