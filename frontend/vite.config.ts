import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: { outDir: "../backend/netwright/server/page", emptyOutDir: true },
  server: { proxy: { "/api": { target: "http://127.0.0.1:8000", ws: true } } },
});
