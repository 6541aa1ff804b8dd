/**
 * The packed package, unpacked into an empty folder, works in every host that it names: Node by import and by require, worker threads, TypeScript's
 * two ways of resolving, Vite's build and development server, a bare page with an import map, a web worker.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import type { Browser } from "playwright-core";
import { publint } from "publint";
import { build, createLogger, createServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerOf, CHROMIUM, hasChromium, launch, PATIENCE_MS, serve } from "./browser.ts";
import { type Folder, packedFolder } from "./folder.ts";
import { importsOf } from "./imports.ts";
import { typeErrors } from "./types.ts";

let folder: Folder;
let browser: Promise<Browser>;
beforeAll(async () => {
  if (hasChromium) browser = launch(); // while the package is packed
  folder = await packedFolder();
  folder.write("answer.js", ANSWER);
  folder.write("worker.js", WORKER);
  folder.write("main.js", MAIN);
});
afterAll(async () => {
  if (hasChromium) await (await browser).close();
  folder?.remove();
});

/**
 * The program that every host below runs. All must give the same answer. A batch of 24 is three panels, shared by two workers; the first worker
 * started dies at its first job.
 */
const ANSWER = `
  import { createEngine, createNetwork, diagnose, propagate, propagateAsync, ready, sweep } from "evanesce";
  export async function answer() {
    await ready();
    const flow = propagate({ network: { kind: "recurrent", hidden: 8 }, task: { name: "adding", steps: 200 }, batch: 4, seed: 1 });
    const network = createNetwork({ kind: "feedforward", inputs: 2, width: 4, depth: 3 }, { engine: await createEngine({ build: "auto" }) });
    let heard = 0;
    network.on("pass", () => heard++);
    network.propagate({ inputs: { shape: [2, 2], data: [1, 2, 3, 4] } });
    network.dispose();
    const split = { network: { kind: "recurrent", hidden: 8 }, task: { name: "adding", steps: 50 }, batch: 24, seed: 1, contributions: false };
    const grid = { networks: { plain: { kind: "feedforward", width: 8 } }, vary: { depth: [2, 3, 4] }, seeds: 1 };
    const [alone, onThreads] = [await sweep(grid).result, await sweep({ ...grid, threads: 2 }).result];
    const swept = JSON.stringify(onThreads) === JSON.stringify(alone) ? onThreads.cells.length : onThreads;
    const started = watchWorkers();
    const shared = await propagateAsync({ ...split, threads: 2 });
    const { count, died } = started;
    const same = (await propagateAsync({ ...split, threads: "auto" })).lnGradientNorm.every((norm, t) => norm === shared.lnGradientNorm[t]);
    const sameAlone = propagate(split).lnGradientNorm.every((norm, t) => norm === shared.lnGradientNorm[t]);
    return {
      stations: flow.lnGradientNorm.length, halfLife: flow.decay.halfLife, verdict: diagnose(flow).verdict, heard,
      bits: same && sameAlone, swept, died, worked: count - died, isolated: globalThis.crossOriginIsolated ?? false,
    };
  }
  /** Counts the workers the pool starts, and ends the first of them when it is given its first job. */
  function watchWorkers() {
    const seen = { count: 0, died: 0 };
    const host = globalThis.process?.getBuiltinModule?.("node:worker_threads") ?? globalThis;
    const { Worker } = host;
    host.Worker = class extends Worker {
      constructor(...options) {
        super(...options);
        seen.count++;
      }
      postMessage(...message) {
        super.postMessage(...message);
        if (seen.died > 0) return;
        seen.died++;
        this.terminate();
        this.onerror?.(new ErrorEvent("error", { message: "killed" })); // a browser's own says nothing of an end it was asked for
      }
    };
    return seen;
  }
`;
const EXPECTED = {
  stations: 200,
  halfLife: expect.any(Number),
  verdict: "vanishing",
  heard: 1,
  bits: true,
  swept: 3,
  died: 1,
  worked: 2,
  isolated: false,
};

const WORKER = `
  import { answer } from "./answer.js";
  onmessage = async () => postMessage(await answer());
`;
const MAIN = `
  import { answer } from "./answer.js";
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.onmessage = async ({ data }) => { globalThis.answer = { page: await answer(), worker: data }; };
  worker.onerror = ({ message }) => { console.error(message); };
  worker.postMessage(undefined);
`;

describe.concurrent("in Node", () => {
  it("by import", async () => {
    folder.write("esm.js", 'import { answer } from "./answer.js"; console.log(JSON.stringify(await answer()));');
    expect(JSON.parse(await folder.node("esm.js"))).toEqual(EXPECTED);
  });

  it("with evanesce/report, whose pages and figures a host shows itself", async () => {
    folder.write(
      "page.js",
      `import { diagnose, propagate } from "evanesce";
       import { figureToSvg, flowFigures, flowReport, reportToHtml } from "evanesce/report";
       const flow = propagate({ network: { kind: "recurrent", hidden: 4 }, task: { name: "adding", steps: 9 } });
       const result = { flow, diagnosis: diagnose(flow), extras: {} };
       console.log(JSON.stringify([reportToHtml(flowReport(result)), figureToSvg(flowFigures(result)[0])].map((text) => text.slice(0, 15))));`,
    );
    const [page, figure] = JSON.parse(await folder.node("page.js"));
    expect(page).toMatch(/^<!doctype html>$/i);
    expect(figure).toMatch(/^<svg /);
  });

  it("with evanesce/record, whose recorder a page trains with", async () => {
    folder.write("record.js", 'import { recordModel } from "evanesce/record"; console.log(typeof recordModel);');
    expect((await folder.node("record.js")).trim()).toBe("function");
  });

  it("by require, which Node 20.19 has for modules without top-level await", async () => {
    const program = ANSWER.replace(/import (.*) from "evanesce"/, 'const $1 = require("evanesce")').replace(
      "export ",
      "",
    );
    folder.write("common.cjs", `${program}\nanswer().then((answer) => console.log(JSON.stringify(answer)));`);
    expect(JSON.parse(await folder.node("common.cjs"))).toEqual(EXPECTED);
  });

  it("with an error that nobody catches: its message comes first, and none of the source", async () => {
    folder.write(
      "uncaught.js",
      'import { propagate } from "evanesce"; propagate({ network: { kind: "recurrent", cell: "tanhh" } });',
    );
    const printed = await folder.node("uncaught.js").then(
      () => "",
      (error: { stderr?: string }) => error.stderr ?? "",
    );
    expect(printed.trimStart()).toMatch(/^EvanesceError: network\.cell: .* got "tanhh"; did you mean tanh\?/);
    expect(printed).not.toContain("return new");
  });

  it("in worker threads, two at once", async () => {
    folder.write(
      "thread.js",
      'import { parentPort } from "node:worker_threads"; import { answer } from "./answer.js"; parentPort.postMessage(await answer());',
    );
    folder.write(
      "threads.js",
      `import { Worker } from "node:worker_threads";
       const one = () => new Promise((done, failed) => new Worker(new URL("./thread.js", import.meta.url)).on("message", done).on("error", failed));
       console.log(JSON.stringify(await Promise.all([one(), one()])));`,
    );
    expect(JSON.parse(await folder.node("threads.js"))).toEqual([EXPECTED, EXPECTED]);
  });

  it("as a command, by the name the manifest gives it", async () => {
    const bin = (folder.manifest.bin as Record<string, string>).evanesce;
    const printed = await folder.node(
      join("node_modules/evanesce", bin),
      "rnn",
      "--steps",
      "20",
      "--hidden",
      "4",
      "--json",
    );
    expect(JSON.parse(printed)).toMatchObject({ schema: "evanesce.flow/1", outcome: "finite" });
    expect(readFileSync(join(folder.path, "node_modules/evanesce", bin), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});

describe("in TypeScript, every declaration checked", () => {
  const CONSUMER = `
    import { createNetwork, diagnose, type GradientFlow, type Network, type NetworkEvents, prescribe, propagate, train } from "evanesce";
    import { type Figure, flowFigures, flowReport, reportToHtml } from "evanesce/report";
    const flow: GradientFlow = propagate({ network: { kind: "recurrent", cell: "lstm", hidden: 8 }, task: { name: "adding", steps: 5 } });
    const norms: Float64Array = flow.lnGradientNorm;
    const result = { flow, diagnosis: diagnose(flow), extras: {} };
    const figures: readonly Figure[] = flowFigures(result);
    const page: string = reportToHtml(flowReport(result));
    const verdict: "vanishing" | "exploding" | "healthy" | "dead" | "nonfinite" | "mixed" | "blocked" = diagnose(flow).verdict;
    const network: Network = createNetwork({ kind: "feedforward", depth: 3 }, { inputs: 2 });
    const stop: () => void = network.on("pass", ({ flow }) => flow.loss);
    const event: NetworkEvents["memory"] = { bytes: 1, engineBytes: 2 };
    // @ts-expect-error an event there is none of
    network.on("passed", () => undefined);
    // @ts-expect-error a text for a number
    propagate({ network: { kind: "recurrent", hidden: "8" } });
    // @ts-expect-error a misspelled option
    propagate({ network: { kind: "recurrent" }, bach: 3 });
    async function long(signal: AbortSignal) {
      for await (const event of train({ network: { kind: "recurrent" }, steps: 3, signal })) console.log(event);
      const { treatments } = await prescribe({ network: { kind: "recurrent" }, signal }).result;
      return treatments[0].name;
    }
    export { event, figures, long, norms, page, stop, verdict };
  `;

  it.each(["bundler", "node16"] as const)("moduleResolution %s", (resolution) => {
    const file = folder.write("consumer.ts", CONSUMER);
    expect(typeErrors(file, resolution)).toEqual([]);
  });
});

describe("the manifest", () => {
  it("satisfies publint", async () => {
    const { messages } = await publint({ pkgDir: join(folder.path, "node_modules/evanesce"), strict: true });
    expect(messages).toEqual([]);
  });

  it("satisfies are-the-types-wrong for a package of ES modules only", async () => {
    const tarball = createPackageFromTarballData(new Uint8Array(readFileSync(folder.tarball)));
    const result = await checkPackage(tarball);
    if (!result.types) throw new Error("no types");
    // what its profile esm-only leaves out: Node 10's resolution, and require() before Node had it for modules
    const left = ["node10", "node16-cjs"];
    expect(
      result.problems.filter((problem) => !("resolutionKind" in problem && left.includes(problem.resolutionKind))),
    ).toEqual([]);
  });

  it("packs what is run and read, and nothing else", () => {
    const strangers = folder.files.filter(
      (file) =>
        !/^(dist\/.*\.(js|d\.ts)|dist\/play\/(index\.html|style\.css)|dist\/LICENSES\.txt|LICENSE|README\.md|package\.json)$/.test(
          file,
        ),
    );
    expect(strangers).toEqual([]);
    expect(folder.files).toEqual(
      expect.arrayContaining(["LICENSE", "README.md", "dist/index.js", "dist/index.d.ts", "dist/LICENSES.txt"]),
    );
  });

  it("loads five files when it is imported, none of which draws, judges claims or reads a command line", () => {
    const loaded = new Map<string, string>();
    const load = (file: string) => {
      if (loaded.has(file)) return;
      const text = readFileSync(join(folder.path, "node_modules/evanesce/dist", file), "utf8");
      loaded.set(file, text);
      for (const [, path] of text.matchAll(/(?:^|[;}])(?:import|export)[^"'`()]*["'](\.[^"']+)["']/gm))
        load(join(dirname(file), path));
    };
    load("index.js");
    expect(loaded.size).toBe(5);
    const words = ["<svg", "gradients-shrink-backwards", "evanesce help"];
    expect(words.filter((word) => [...loaded.values()].some((text) => text.includes(word)))).toEqual([]);
    const all = folder.files.filter((file) => file.endsWith(".js")).map((file) => load(file.slice("dist/".length)));
    expect(words.filter((word) => ![...loaded.values()].some((text) => text.includes(word)))).toEqual([]);
    expect(all.length).toBeGreaterThan(2);
  });

  it("asks for no other package in any file that the library can load, so that every bundler can build a page", () => {
    const packages = new Set<string>();
    const seen = new Set<string>();
    const follow = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      const text = readFileSync(join(folder.path, "node_modules/evanesce/dist", file), "utf8");
      for (const name of importsOf(text)) {
        if (name.startsWith(".")) follow(join(dirname(file), name));
        else packages.add(name);
      }
    };
    follow("index.js");
    expect(seen.size).toBeGreaterThan(5);
    expect([...packages]).toEqual([]);
  });

  it("declares what the packed files import, each of it", () => {
    const imported = new Set<string>();
    for (const file of folder.files.filter((name) => /\.(js|d\.ts)$/.test(name))) {
      const text = readFileSync(join(folder.path, "node_modules/evanesce", file), "utf8");
      for (const [, name] of text.matchAll(/(?:^|[;\s}])(?:from|import)\s*\(?\s*["']((?:@[\w-]+\/)?[\w-]+)["'/]/gm))
        imported.add(name);
    }
    const { dependencies = {}, optionalDependencies = {} } = folder.manifest as Record<string, Record<string, string>>;
    imported.delete("evanesce"); // the playground prints programs that import it
    const undeclared = [...imported].filter((name) => !(name in dependencies) && !(name in optionalDependencies));
    expect(undeclared).toEqual([]);
  });
});

/** Vite's settings for a page and its worker in a folder of their own, and what Vite complained of. */
function viteOf(name: string) {
  const warnings: string[] = [];
  const customLogger = createLogger("warn", { allowClearScreen: false });
  for (const level of ["warn", "warnOnce", "error"] as const)
    customLogger[level] = (message) => {
      if (!message.includes("PLUGIN_TIMINGS")) warnings.push(message); // a slow machine's
    };
  const head = '<!doctype html><link rel="icon" href="data:,">';
  folder.write(`${name}/index.html`, `${head}<script type="module" src="/main.js"></script>`);
  folder.write(`${name}/answer.js`, ANSWER);
  folder.write(`${name}/worker.js`, WORKER);
  folder.write(`${name}/main.js`, MAIN);
  const root = join(folder.path, name);
  const cacheDir = join(root, ".cache");
  return {
    warnings,
    root,
    options: { root, configFile: false, customLogger, worker: { format: "es" }, cacheDir } as const,
  };
}

const BOTH = { page: EXPECTED, worker: EXPECTED };

// none of them is isolated from other origins: threads need no shared memory
describe.concurrent(`in a browser (pages need ${CHROMIUM}, or CHROMIUM_PATH)`, () => {
  /** What a page of a folder answers, or undefined where there is no browser. */
  async function answered(
    root: string,
    page: string,
    { policy = {}, complaints }: { policy?: Record<string, string>; complaints?: RegExp } = {},
  ): Promise<unknown> {
    if (!hasChromium) return undefined;
    const server = await serve(root, policy);
    try {
      return await answerOf(await browser, `${server.url}/${page}`, complaints);
    } finally {
      server.close();
    }
  }

  it.skipIf(!hasChromium)("on a bare page with an import map of one entry", async () => {
    const map = JSON.stringify({ imports: { evanesce: "/node_modules/evanesce/dist/index.js" } });
    const script = 'import { answer } from "/answer.js"; globalThis.answer = await answer();';
    folder.write(
      "bare.html",
      `<!doctype html><script type="importmap">${map}</script><script type="module">${script}</script>`,
    );
    expect(await answered(folder.path, "bare.html")).toEqual(EXPECTED);
  });

  it.skipIf(!hasChromium)("in a web worker, which has no import map, by the file's address", async () => {
    folder.write("bare/answer.js", ANSWER.replace('"evanesce"', '"/node_modules/evanesce/dist/index.js"'));
    folder.write("bare/worker.js", WORKER);
    folder.write("bare/main.js", MAIN);
    folder.write("bare/index.html", '<!doctype html><script type="module" src="./main.js"></script>');
    expect(await answered(folder.path, "bare/index.html")).toEqual(BOTH);
  });

  it.skipIf(!hasChromium)("as the playground that `evanesce play` serves from the package, offline", async () => {
    const spec = folder.write("net.json", JSON.stringify({ kind: "feedforward", depth: 12, activation: "sigmoid" }));
    const program = join(folder.path, "node_modules/evanesce/dist/cli/main.js");
    const server = spawn(process.execPath, [program, "play", spec], { stdio: ["ignore", "pipe", "inherit"] });
    const page = await (await browser).newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    try {
      const [printed] = (await once(server.stdout, "data")) as [Buffer];
      const address = printed.toString().trim();
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("request", (request) => {
        if (new URL(request.url()).host !== new URL(address).host) complaints.push(request.url());
      });
      await page.goto(address);
      await page.waitForFunction(() => Number(document.documentElement.dataset.drawn) > 0);
      expect(await page.locator("#verdict-word").innerText()).toBe("Vanishing");
      const model = fileURLToPath(new URL("../models/files/whole_lstm.pt", import.meta.url));
      await page.setInputFiles("#file", model);
      await page.waitForFunction(() => document.querySelector("#copied")?.textContent?.includes("whole_lstm.pt"));
      expect(await page.locator("#control-cell").inputValue()).toBe("lstm");
      expect(complaints).toEqual([]);
    } finally {
      await page.close();
      server.kill("SIGINT");
      await once(server, "exit");
    }
  });

  it.skipIf(!hasChromium)("on a page whose policy forbids such workers: what to do instead", async () => {
    const script = `import { propagateAsync } from "/node_modules/evanesce/dist/index.js";
      const split = { network: { kind: "recurrent", hidden: 4 }, task: { name: "adding", steps: 5 }, batch: 24, contributions: false };
      const refused = await propagateAsync({ ...split, threads: 2 }).catch(({ message }) => message);
      globalThis.answer = { refused, alone: (await propagateAsync({ ...split, threads: 1 })).outcome };`;
    folder.write("strict.js", script);
    folder.write("strict.html", '<!doctype html><script type="module" src="/strict.js"></script>');
    const policy = { "content-security-policy": "worker-src 'none'" };
    const answer = await answered(folder.path, "strict.html", { policy, complaints: /Content Security Policy/ });
    expect(answer).toEqual({ refused: expect.stringMatching(/^threads: .*use threads: 1$/), alone: "finite" });
  });

  it("as Vite builds it, without a warning, page and worker", async () => {
    const { warnings, root, options } = viteOf("built");
    await build(options);
    // the page asks for passes, judgement and training at once: Vite joins them in one file and remarks on its size
    expect(warnings.filter((warning) => !warning.includes("chunkSizeWarningLimit"))).toEqual([]);
    expect(existsSync(join(root, "dist/index.html"))).toBe(true);
    if (hasChromium) expect(await answered(join(root, "dist"), "index.html")).toEqual(BOTH);
  });

  it("from Vite's development server, without a warning, page and worker", async () => {
    const { warnings, options } = viteOf("served");
    const server = await createServer({ ...options, server: { port: 0, host: "127.0.0.1", hmr: false } });
    try {
      const transformed = await server.transformRequest("/answer.js");
      expect(transformed?.code).toMatch(/from "[^"]*\/evanesce[^"]*\.js/);
      if (hasChromium) {
        await server.listen();
        expect(await answerOf(await browser, server.resolvedUrls?.local[0] ?? "")).toEqual(BOTH);
      }
    } finally {
      await server.close();
    }
    expect(warnings).toEqual([]);
  });
});
