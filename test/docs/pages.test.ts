/** What the README and the pages of docs/ quote is what programs print; what they name exists. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { partsOf, pictures, quotes, squeezed } from "../../scripts/quotes.mjs";
import { termPictures } from "../../scripts/term-pictures.mjs";
import { diagnose, propagate } from "../../src/index.ts";
import { figureToSvg } from "../../src/report/pages.ts";
import { evanesce as inProcess, spawned } from "../cli/command.ts";

const root = new URL("../../", import.meta.url);
const folder = new URL("build/pages/", root);
/** Two pages have a test of their own. */
const pages = ["README.md", ...readdirSync(new URL("docs/", root)).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith(".md") && !/monitor|record-format/.test(name),
);
const textOf = (page: string) => readFileSync(new URL(page, root), "utf8");
const text = pages.map(textOf).join("\n");

/** The fenced blocks of one language. */
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, code]) => code);

// most of a process's time is its start: several start at once
describe.concurrent("examples run as printed", () => {
  mkdirSync(folder, { recursive: true });
  test.each(blocks("js").map((code, i) => [i, code] as const))("block %i", async (i, code) => {
    const file = new URL(`example-${i}.mjs`, folder);
    writeFileSync(file, code);
    const { code: exit, stdout, stderr } = await spawned(process.execPath, [file.pathname]);
    expect(exit, stderr).toBe(0);
    expect(stdout).not.toBe("");
    expect(stdout).not.toMatch(/undefined|NaN/);
  });
});

const main = new URL("dist/cli/main.js", root).pathname;

/** What the built command line prints. */
async function evanesce(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await spawned(process.execPath, [main, ...args], { env: { NO_COLOR: "1" } });
  expect(code, stderr).toBe(0);
  return stdout;
}

describe.concurrent("quoted commands print what is quoted; `node scripts/quotes.mjs` prints them again", () => {
  const all = pages.flatMap((page) => quotes(textOf(page)).map((quote) => ({ page, ...quote })));
  test.each(all)("$page: $command", async ({ command, answer, whole }) => {
    const [program, ...args] = command.split(" ");
    expect(program).toBe("evanesce");
    const printed = squeezed(await evanesce(...args));
    if (whole) return expect(printed).toBe(squeezed(answer));
    const [beginning, ...later] = partsOf(answer).map(squeezed);
    expect(printed.slice(0, beginning.length)).toBe(beginning);
    let at = beginning.length;
    for (const part of later) {
      const found = printed.indexOf(part, at);
      expect(found, part).toBeGreaterThan(-1);
      at = found + part.length;
    }
  });
});

describe.concurrent("pictures are what commands draw; `node scripts/quotes.mjs` draws them again", () => {
  const all = pages.flatMap((page) => pictures(textOf(page)).map((picture) => ({ page, ...picture })));
  const drawn = (svg: string) => /<title[^>]*>.*?<\/desc>/s.exec(svg)?.[0];
  test.each(all)("$page: $file", async ({ command, file, chosen }) => {
    const svg = new URL(`picture-${file.replace("/", "-")}`, folder).pathname;
    await evanesce(...command.split(" ").slice(1), "--quiet", "--svg", svg, ...chosen);
    const committed = readFileSync(new URL(`docs/${file}`, root), "utf8");
    expect(drawn(readFileSync(svg, "utf8"))).toBe(drawn(committed));
    expect(drawn(committed)).toBeDefined();
  });
});

test("the pictures of terms are what the script draws, and the page on reports shows each", () => {
  const page = textOf("docs/reading.md");
  for (const [name, svg] of Object.entries(termPictures({ propagate, diagnose }, { figureToSvg }))) {
    const committed = readFileSync(new URL(`docs/pictures/${name}.svg`, root), "utf8");
    expect(committed, `node scripts/quotes.mjs draws ${name} again`).toBe(svg);
    expect(page).toContain(`](./pictures/${name}.svg)`);
  }
});

describe("what the pages name exists", () => {
  const commands = new Map<string, Set<string>>();
  for (const [, command, rest] of text.matchAll(/^evanesce (\w+)(.*)$/gm)) {
    const flags = commands.get(command) ?? new Set();
    for (const [flag] of rest.matchAll(/--[a-z][a-z-]*/g)) flags.add(flag);
    commands.set(command, flags);
  }

  test.each([...commands])("evanesce %s", async (command, flags) => {
    const { stdout: help } = await inProcess(command === "help" ? ["help"] : ["help", command]);
    expect([...flags].filter((flag) => !new RegExp(`${flag}\\b(?!-)`).test(help))).toEqual([]);
  });

  test("npm scripts", () => {
    const { scripts } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
    const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  test("the page's import map leads to the file that the package exports", () => {
    const { exports } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
    const maps = blocks("html").map((html) =>
      JSON.parse(/<script type="importmap">(.*)<\/script>/.exec(html)?.[1] ?? ""),
    );
    expect(maps.length).toBeGreaterThan(0);
    for (const [name, address] of maps.flatMap(({ imports }) => Object.entries(imports))) {
      const file = exports[name.replace("evanesce", ".")].default;
      expect(address).toBe(file.replace("./", "/node_modules/evanesce/"));
    }
  });
});

test("links lead to files", () => {
  const broken = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .map(([, link]) => new URL(link, new URL(page, root)))
      .filter((target) => !existsSync(target))
      .map((target) => `${page}: ${target.pathname}`),
  );
  expect(broken).toEqual([]);
});

test("every page has a place in the guide's sidebar", async () => {
  // plain JavaScript without declarations
  const { PAGES } = await import(new URL("docs/.vitepress/pages.mjs", root).pathname);
  const placed = Object.values(PAGES as Record<string, [title: string, file: string][]>).flatMap((list) =>
    list.map(([, file]) => `${file}.md`),
  );
  const written = readdirSync(new URL("docs/", root)).filter((name) => name.endsWith(".md"));
  expect(placed.sort()).toEqual(written.sort());
});

test("the README is short", () => {
  expect(textOf("README.md").split("\n").length).toBeLessThanOrEqual(150);
});
