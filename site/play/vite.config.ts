import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { POLICY, paletteCss } from "./page.ts";

/** The policy is written when the page is built: Vite's own server needs inline scripts. */
const policy: Plugin = {
  name: "policy",
  apply: "build",
  transformIndexHtml: { order: "post", handler: (html) => html.replace("%POLICY%", POLICY) },
};

/** The trials of remedies can use threads of Node. No page uses them, and a browser cannot load them. */
const noThreadsOfNode: Plugin = {
  name: "no-threads-of-node",
  enforce: "pre",
  resolveId: (id) => (id.endsWith("/node/pool.ts") ? "\0no-threads" : null),
  load: (id) => (id === "\0no-threads" ? "export const threadPool = undefined;" : null),
};

/** The palette of every report, as variables of the page. */
const palette: Plugin = {
  name: "palette",
  resolveId: (id) => (id === "virtual:palette.css" ? `\0${id}` : null),
  load(id) {
    if (id !== "\0virtual:palette.css") return null;
    return paletteCss();
  },
};

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  plugins: [policy, palette, noThreadsOfNode],
  build: {
    outDir: fileURLToPath(new URL("../../build/site", import.meta.url)),
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es", plugins: () => [noThreadsOfNode] },
});
