import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Names are made of contents, so that the server may let browsers keep them for good and two builds of one tree are equal.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { "/api": "http://127.0.0.1:7319" } },
});
