// Builds and runs the blocks of docs/embedding.md that need a bundler or another runtime, each in a folder of its own with
// the package as it is packed. Installs what it needs there. `npm run embeddings` runs all, `npm run embeddings vite` one.
// Run after `npm run build`. Chromium shows the pages: CHROMIUM_PATH names another than /usr/bin/chromium.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../", import.meta.url));
const page = readFileSync(`${root}docs/embedding.md`, "utf8");

/** Blocks by program and file: `<!-- runs: vite main.js -->`, then the block. */
const blocks = [...page.matchAll(/<!-- runs: (\w+) (\S+) -->\n```js bundler\n([\s\S]*?)```/g)].map(
  ([, program, file, code]) => ({ program, file, code }),
);

/** A folder with the program's blocks, evanesce and further packages. */
function project(program, packages, files = {}) {
  const folder = mkdtempSync(join(tmpdir(), `evanesce-${program}-`));
  const run = (command, ...args) => execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
  run("npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", folder, root);
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  const [tarball] = run("ls")
    .split("\n")
    .filter((name) => name.endsWith(".tgz"));
  run("npm", "install", "--no-audit", "--no-fund", `./${tarball}`, ...packages);
  const own = blocks.filter((block) => block.program === program).map(({ file, code }) => [file, code]);
  for (const [file, text] of [...own, ...Object.entries(files)]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return { folder, run };
}

const TYPES = { ".js": "text/javascript", ".html": "text/html" };

/** The value of `globalThis.answer` in a built page. */
async function answerOf(folder) {
  const server = createServer(({ url }, response) => {
    const file = url === "/" ? "index.html" : url.slice(1);
    try {
      const bytes = readFileSync(join(folder, file));
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  try {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${server.address().port}/`);
    return await (await tab.waitForFunction("globalThis.answer", { timeout: 100_000 })).jsonValue();
  } finally {
    await browser.close();
    server.close();
  }
}

const HTML = '<!doctype html><meta charset="utf-8"><script type="module" src="./main.js"></script>';
const fileOf = (program, name) => blocks.find((block) => block.program === program && block.file === name).code;

const PROGRAMS = {
  vite: async () => {
    const { folder, run } = project("vite", ["vite"], { "index.html": HTML });
    run("npx", "vite", "build");
    return { folder, answer: await answerOf(join(folder, "dist")) };
  },
  webpack: async () => {
    const files = { "main.js": fileOf("vite", "main.js"), "worker.js": fileOf("vite", "worker.js") };
    const { folder, run } = project("webpack", ["webpack", "webpack-cli"], files);
    run("npx", "webpack");
    writeFileSync(join(folder, "dist/index.html"), HTML);
    return { folder, answer: await answerOf(join(folder, "dist")) };
  },
  next: async () => {
    const layout = "export default ({ children }) => <html lang='en'><body>{children}</body></html>;\n";
    const { folder, run } = project("next", ["next", "react", "react-dom"], { "app/layout.jsx": layout });
    run("npx", "next", "build");
    const server = spawn("npx", ["next", "start", "-p", "3947"], { cwd: folder, stdio: "pipe", detached: true });
    try {
      for (let tries = 0; tries < 100; tries++) {
        await new Promise((later) => setTimeout(later, 500));
        const response = await fetch("http://127.0.0.1:3947/gradient").catch(() => null);
        if (response?.ok) return { folder, answer: (await response.json()).verdict };
      }
      throw new Error("no answer");
    } finally {
      process.kill(-server.pid);
    }
  },
  deno: async () => {
    const { folder, run } = project("deno", ["deno"]);
    // the package comes from the folder and not from a registry
    writeFileSync(join(folder, "main.js"), fileOf("deno", "main.js").replace("npm:evanesce", "evanesce"));
    return { folder, answer: run("npx", "deno", "run", "main.js").trim() };
  },
};

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PROGRAMS);
for (const name of chosen) {
  const { folder, answer } = await PROGRAMS[name]();
  rmSync(folder, { recursive: true, force: true });
  if (answer !== "vanishing") throw new Error(`${name}: vanishing was expected, got ${answer}`);
  console.log(`${name}: builds, runs, and answers ${answer}`);
}
