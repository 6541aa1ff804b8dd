import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const folder = new URL("../build/readme/", import.meta.url);

/** The fenced blocks of one language. */
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, code]) => code);

describe("the README's examples run as printed", () => {
  mkdirSync(folder, { recursive: true });
  test.each(blocks("js").map((code, i) => [i, code] as const))("block %i", (i, code) => {
    const file = new URL(`example-${i}.mjs`, folder);
    writeFileSync(file, code);
    const printed = execFileSync(process.execPath, [file.pathname], { encoding: "utf8" });
    expect(printed).not.toBe("");
    expect(printed).not.toMatch(/undefined|NaN/);
  });
});

test("the README's picture is what the command prints", () => {
  const printed = execFileSync(process.execPath, ["dist/cli/main.js", "rnn"], {
    cwd: new URL("..", import.meta.url),
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  const picture = blocks("text").find((text) => text.includes("‖∂L/∂h_t‖")) as string;
  expect(printed.startsWith(picture.trimEnd())).toBe(true);
});
