/* Tests of what needs no browser: built by Vite as the product is, run by Node. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { build } from "vite";

const here = import.meta.dirname;
const out = mkdtempSync(join(tmpdir(), "frontend-tests-"));
const tests = readdirSync(here).filter((name) => name.endsWith(".test.ts"));
await build({
  configFile: false,
  root: here,
  logLevel: "warn",
  build: {
    ssr: true,
    outDir: out,
    emptyOutDir: true,
    rollupOptions: {
      input: tests.map((name) => join(here, name)),
      output: { entryFileNames: "[name].mjs" },
    },
  },
});
const built = tests.map((name) => join(out, name.replace(/\.ts$/, ".mjs")));
const { status } = spawnSync(process.execPath, ["--test", ...built], { stdio: "inherit" });
rmSync(out, { recursive: true });
process.exit(status ?? 1);
