/** A site of VitePress becomes relocatable: its pages and scripts find their folder wherever they are served. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { afterAll, expect, test } from "vitest";
import { workspace } from "../cli/command.ts";

// plain JavaScript without declarations
const { GUIDE_BASE, makeRelative } = await import(new URL("../../scripts/site/relative.mjs", import.meta.url).pathname);
const files = workspace();
afterAll(files.remove);

/** What a file of a site holds once the site is relocatable. */
function relative(name: string, text: string): string {
  const folder = files.path(`site-${name.replace(/\W/g, "")}`);
  mkdirSync(folder);
  writeFileSync(join(folder, name), text);
  makeRelative(folder);
  return readFileSync(join(folder, name), "utf8");
}

const there = { guideFolder: "/a/b/guide/" };

test("a page: attributes, and the data of the site", () => {
  const data = `window.__VP_SITE_DATA__=JSON.parse("{\\"base\\":\\"${GUIDE_BASE}\\"}")`;
  const page = relative("a.html", `<html><head><link href="${GUIDE_BASE}assets/s.css"></head><script>${data}</script>`);
  expect(page).toContain('<link href="./assets/s.css">');
  const scripts = [...page.matchAll(/<script>(.*?)<\/script>/g)].map(([, code]) => code);
  const window: { __VP_SITE_DATA__?: unknown } = {};
  runInNewContext(scripts.join("\n"), { window, URL, location: { href: "https://host/a/b/guide/a.html" } });
  expect(window.__VP_SITE_DATA__).toEqual({ base: "/a/b/guide/" });
});

test.each([
  ['"', `x="${GUIDE_BASE}"+1`],
  ["'", `x='${GUIDE_BASE}1'`],
  ["`", `x=\`${GUIDE_BASE}\${1}\``],
])("a script, between %s", (_, code) => {
  const context = { ...there, x: "" };
  runInNewContext(relative(`script${code.length}${code.charCodeAt(2)}.js`, code), context);
  expect(context.x).toBe("/a/b/guide/1");
});

test("the index of the search: one string that holds many addresses", () => {
  const code = `x='{"documentIds":{"0":"${GUIDE_BASE}a.html#b","1":"${GUIDE_BASE}c.html"}}'`;
  const context = { ...there, x: "" };
  runInNewContext(relative("@localSearchIndexroot.1.js", code), context);
  expect(JSON.parse(context.x).documentIds).toEqual({ "0": "/a/b/guide/a.html#b", "1": "/a/b/guide/c.html" });
});

test("an address inside another string of a script is refused", () => {
  expect(() => relative("other.js", `x="see ${GUIDE_BASE}"`)).toThrow(/inside a string/);
});
