import { resolve } from "node:path";

import { Features } from "lightningcss";
import { defineConfig } from "vite";

// Output goes to dist/viewbox/, so that with dist/ among Django's static folders every address
// reads <STATIC_URL>viewbox/<name>-<hash>.<ext> and can be cached for ever.
const entry = (name: string) => resolve(import.meta.dirname, `src/${name}/${name}.ts`);

// A style attribute written as text would need style-src-attr 'unsafe-inline' in the content
// security policy; the same through the style object does not.
const textBoxes = {
  name: "cornerstone-styles",
  transform(code: string, id: string) {
    if (!id.includes("@cornerstonejs/tools") || !id.includes("drawTextBox.js")) return null;
    const wanted = "textElement.setAttribute('style', combinedStyle)";
    if (!code.includes(wanted)) throw new Error("@cornerstonejs/tools: drawTextBox.js has changed");
    return code.replace(wanted, "textElement.style.cssText = combinedStyle");
  },
};

// vtk.js brings a writer of XML files that wants Node; a viewer never writes one.
const noXmlWriter = {
  name: "no-xml-writer",
  enforce: "pre" as const,
  resolveId: (id: string) => (id === "xmlbuilder2" ? "\0no-xml-writer" : null),
  load: (id: string) =>
    id === "\0no-xml-writer"
      ? "export const create = () => { throw new Error('no XML writer in this build'); };"
      : null,
};

export default defineConfig({
  base: "./",
  plugins: [noXmlWriter, textBoxes],
  // The decoders' workers load each decoder when they meet its transfer syntax.
  worker: { format: "es" },
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
        review: entry("review"),
        gallery: entry("gallery"),
        upload: entry("upload"),
        viewer: entry("viewer"),
        round: entry("round"),
        regions: entry("regions"),
      },
    },
  },
});
