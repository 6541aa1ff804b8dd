import { defineConfig } from "vitepress";
import { GUIDE_BASE } from "../../scripts/site/relative.mjs";
import { PAGES } from "./pages.mjs";

export default defineConfig({
  title: "evanesce",
  description: "A laboratory for vanishing and exploding gradients",
  lang: "en-US",
  // a placeholder: scripts/site/relative.mjs replaces it by addresses relative to the page
  base: GUIDE_BASE,
  head: [["link", { rel: "icon", href: "data:," }]],
  outDir: "../build/site/guide",
  cacheDir: "../build/guide-cache",
  // files of the repository that are no pages
  ignoreDeadLinks: [/CONTRIBUTING/, /CHANGELOG/, /README/, /reference\/index/],
  markdown: { languageAlias: { console: "sh" } },
  themeConfig: {
    search: { provider: "local" },
    outline: "deep",
    nav: [
      { text: "Playground", link: "../index.html", target: "_self" },
      { text: "Reference", link: "reference/index.html", target: "_self" },
    ],
    sidebar: Object.entries(PAGES).map(([text, pages]) => ({
      text,
      items: pages.map(([title, file]) => ({ text: title, link: file === "index" ? "/" : `/${file}` })),
    })),
    docFooter: { prev: "Before", next: "Next" },
  },
});
