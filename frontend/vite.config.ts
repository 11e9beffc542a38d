import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { parts } from "./parts.config.ts";

const server = process.env.NETWRIGHT_SERVER ?? "http://127.0.0.1:8000";

/** Packs what is text once, at the build, beside each file: the server sends `x.js.gz` for `x.js` to whoever takes it. */
function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    writeBundle({ dir = "" }) {
      for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
        if (!/\.(js|css|svg|json)$/.test(entry.name)) continue;
        const file = join(entry.parentPath, entry.name);
        const text = readFileSync(file);
        if (text.length >= 1024) {
          writeFileSync(`${file}.gz`, gzipSync(text, { level: constants.Z_BEST_COMPRESSION }));
        }
      }
    },
  };
}

const base = {
  plugins: [react()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    outDir: "../backend/netwright/server/page",
    emptyOutDir: true,
    // The Content-Security-Policy allows fonts and pictures from the server only, not as data URLs.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
};

export default defineConfig({
  ...base,
  plugins: [...base.plugins, parts(base), packed()],
  server: { proxy: { "/api": { target: server, ws: true } } },
});
