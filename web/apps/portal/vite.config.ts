import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  base: "/",
  plugins: [react()],
  // The server puts a nonce of its own in this place, in every page that it serves.
  html: { cspNonce: "LANTAI-NONCE" },
  build: {
    target: "es2022",
    // Everything comes from our own address as a file: the page needs no more than default-src 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": process.env["LANTAI_URL"] ?? "http://127.0.0.1:8787" } },
});
