import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { RouterProvider } from "react-router/dom";
import { createQueryClient } from "./queryClient";
import { createRouter } from "./router";
import { COLOR_SCHEME_KEY, OVERLAYS_ID, theme } from "./theme";

const colorSchemeManager = localStorageColorSchemeManager({ key: COLOR_SCHEME_KEY });

export function App() {
  const { t } = useTranslation();
  const [client] = useState(createQueryClient);
  const [router] = useState(createRouter);
  return (
    <MantineProvider theme={theme} colorSchemeManager={colorSchemeManager} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
        <Notifications position="bottom-right" limit={4} />
        <section id={OVERLAYS_ID} aria-label={t("frame.overlays")} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
