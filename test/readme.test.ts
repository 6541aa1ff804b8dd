import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { evanesce as inProcess, spawned } from "./cli/command.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const folder = new URL("../build/readme/", import.meta.url);

/** The fenced blocks of one language. */
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, code]) => code);

// most of a process's time is its start: several start at once
describe.concurrent("the README's examples run as printed", () => {
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

const main = new URL("../dist/cli/main.js", import.meta.url).pathname;

/** What the built command line prints. */
async function evanesce(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await spawned(process.execPath, [main, ...args], { env: { NO_COLOR: "1" } });
  expect(code, stderr).toBe(0);
  return stdout;
}

describe.concurrent("the README's questions are answered as printed", () => {
  const asked = blocks("console").flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n"))] as const),
  );
  const unwrapped = (text: string) => text.split(/\s+/).join(" ").trim();

  test.each(asked)("%s", async (command, answer) => {
    const [program, ...args] = command.split(" ");
    expect(program).toBe("evanesce");
    expect(unwrapped(await evanesce(...args))).toBe(unwrapped(answer));
  });
});

describe("what the README names exists", () => {
  const commands = new Map<string, Set<string>>();
  for (const [, command, rest] of readme.matchAll(/^evanesce (\w+)(.*)$/gm)) {
    const flags = commands.get(command) ?? new Set();
    for (const [flag] of rest.matchAll(/--[a-z][a-z-]*/g)) flags.add(flag);
    commands.set(command, flags);
  }

  test.each([...commands])("evanesce %s", async (command, flags) => {
    const { stdout: help } = await inProcess(command === "help" ? ["help"] : ["help", command]);
    expect([...flags].filter((flag) => !new RegExp(`${flag}\\b(?!-)`).test(help))).toEqual([]);
  });

  test("npm scripts", () => {
    const { scripts } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  test("the page's import map leads to the file that the package exports", () => {
    const { exports } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    const [map] = blocks("html").map((html) =>
      JSON.parse(/<script type="importmap">(.*)<\/script>/.exec(html)?.[1] ?? ""),
    );
    expect(map.imports.evanesce).toBe(exports["."].default.replace("./", "/node_modules/evanesce/"));
  });
});

test("the README's picture is what the command prints", async () => {
  const printed = await evanesce("rnn");
  const picture = blocks("text").find((text) => text.includes("‖∂L/∂h_t‖")) as string;
  expect(printed.startsWith(picture.trimEnd())).toBe(true);
});
