/** Installing prints no warning about scripts: npm lists the packages that would run one, and so does this test. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), "utf8"));
const manifest: { scripts: Record<string, string>; allowScripts: Record<string, boolean> } = read("package.json");

test("npm ci: every package that has an install script is listed, and none of them runs", () => {
  const packages: Record<string, { hasInstallScript?: boolean }> = read("package-lock.json").packages;
  const named = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length));
  expect([...new Set(named)].filter((name) => name !== "" && manifest.allowScripts[name] !== false)).toEqual([]);
});

test("the package runs nothing where it is installed, from a tarball too", () => {
  const run = ["preinstall", "install", "postinstall", "prepare"];
  expect(run.filter((name) => name in manifest.scripts)).toEqual([]);
});

test("the lock file names no address", () => {
  expect(JSON.stringify(read("package-lock.json"))).not.toMatch(/"resolved":|https?:[^"]*\.tgz/);
});
