import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.NETWRIGHT_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    outDir: "../backend/netwright/server/page",
    emptyOutDir: true,
    // The Content-Security-Policy allows fonts and pictures from the server only, not as data URLs.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { "/api": { target: server, ws: true } } },
});
