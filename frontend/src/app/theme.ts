import { createTheme, type MantineColorsTuple } from "@mantine/core";

const accent: MantineColorsTuple = [
  "#eef3ff",
  "#dbe5fb",
  "#b5c9f4",
  "#8badf2",
  "#6a91e8",
  "#4d7be0",
  "#2f5fcb",
  "#2a55b6",
  "#244a9f",
  "#1c3c85",
];

const gray: MantineColorsTuple = [
  "#f8f8f9",
  "#ededf0",
  "#e4e4e8",
  "#d3d3d9",
  "#b9b9c1",
  "#8b8b95",
  "#5a5a64",
  "#4b4b54",
  "#33333a",
  "#1b1b1f",
];

const dark: MantineColorsTuple = [
  "#ececef",
  "#c6c6cd",
  "#a5a5b0",
  "#7a7a85",
  "#3d3d45",
  "#323238",
  "#1b1b1e",
  "#161618",
  "#131315",
  "#0e0e10",
];

/** The key under which a person's choice of light or dark is kept; `public/theme.js` reads the same one. */
export const COLOR_SCHEME_KEY = "netwright-color-scheme";

/** Where menus, tips, dialogs and messages go: a landmark, so that a screen reader finds them. */
export const OVERLAYS_ID = "overlays";

const fontSans = "var(--nw-font-sans)";

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: { light: 6, dark: 6 },
  colors: { accent, gray, dark },
  black: "#1b1b1f",
  fontFamily: fontSans,
  fontFamilyMonospace: "var(--nw-font-mono)",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "18px" },
  headings: {
    fontFamily: fontSans,
    fontWeight: "600",
    sizes: { h1: { fontSize: "20px" }, h2: { fontSize: "16px" }, h3: { fontSize: "14px" } },
  },
  radius: { xs: "3px", sm: "4px", md: "6px", lg: "8px", xl: "12px" },
  defaultRadius: "md",
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    Tooltip: { defaultProps: { openDelay: 300, multiline: true, maw: 320, withArrow: false } },
    Button: { defaultProps: { size: "xs" } },
    Portal: { defaultProps: { target: `#${OVERLAYS_ID}` } },
    // The placeholder that Mantine focuses first is no item of a menu; without it the first item has the focus.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Modal: {
      defaultProps: { transitionProps: { duration: 140 } },
      styles: { title: { fontSize: 16, fontWeight: 600 } },
    },
  },
});
