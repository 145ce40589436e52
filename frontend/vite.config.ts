import { resolve } from "node:path";

import { Features } from "lightningcss";
import { defineConfig } from "vite";

// Output goes to dist/viewbox/, so that with dist/ among Django's static folders every address
// reads <STATIC_URL>viewbox/<name>-<hash>.<ext> and can be cached for ever.
const entry = (name: string) => resolve(import.meta.dirname, `src/${name}/${name}.ts`);

export default defineConfig({
  base: "./",
  css: {
    transformer: "lightningcss",
    lightningcss: {
      targets: { chrome: 105 << 16, firefox: 110 << 16, safari: 16 << 16 },
      // tokens.css has its own fallback for browsers without light-dark(); logical properties
      // and :dir() must reach the browser as written, or right-to-left pages break.
      exclude: Features.LightDark | Features.LogicalProperties | Features.DirSelector,
    },
  },
  build: {
    outDir: "dist",
    assetsDir: "viewbox",
    emptyOutDir: true,
    manifest: true,
    target: ["chrome105", "firefox110", "safari16"],
    cssMinify: "lightningcss",
    cssCodeSplit: true,
    // Fonts as data: addresses would need font-src data: in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // hls.js: loaded by dynamic import, only where the browser cannot play HLS itself.
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      input: {
        site: entry("site"),
        player: entry("player"),
        quiz: entry("quiz"),
        gallery: entry("gallery"),
      },
    },
  },
});
