import { Button, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useConnection } from "@/api";

/** Comes when the server answers 401. The page below stays as it is, with what was not saved yet. */
export function SignInHelp() {
  const { t } = useTranslation();
  const isSignedOut = useConnection() === "signed-out";
  const [token, setToken] = useState("");

  function signIn(event: FormEvent) {
    event.preventDefault();
    location.assign(`/?token=${encodeURIComponent(token.trim())}`);
  }

  return (
    <Modal opened={isSignedOut} onClose={() => {}} withCloseButton={false} title={t("signIn.title")} centered>
      <form onSubmit={signIn}>
        <Stack gap="md">
          <Text size="sm">{t("signIn.explain")}</Text>
          <PasswordInput
            label={t("signIn.token")}
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            autoComplete="current-password"
            data-autofocus
          />
          <Button type="submit" size="sm">
            {t("signIn.submit")}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
