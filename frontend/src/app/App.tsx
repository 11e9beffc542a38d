import { localStorageColorSchemeManager, MantineProvider, Modal, mergeThemeOverrides } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { RouterProvider } from "react-router/dom";
import { createQueryClient } from "./queryClient";
import { createRouter } from "./router";
import { COLOR_SCHEME_KEY, OVERLAYS_ID, theme } from "./theme";

const colorSchemeManager = localStorageColorSchemeManager({ key: COLOR_SCHEME_KEY });

export function App() {
  const { t } = useTranslation();
  // A cross alone says nothing to a screen reader.
  const named = useMemo(() => {
    const closeButtonProps = { "aria-label": t("frame.close") };
    return mergeThemeOverrides(theme, { components: { Modal: Modal.extend({ defaultProps: { closeButtonProps } }) } });
  }, [t]);
  const [client] = useState(createQueryClient);
  const [router] = useState(() => createRouter(client));
  return (
    <MantineProvider theme={named} colorSchemeManager={colorSchemeManager} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
        <Notifications position="bottom-right" limit={4} />
        <section id={OVERLAYS_ID} aria-label={t("frame.overlays")} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
