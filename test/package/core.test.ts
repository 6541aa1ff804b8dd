/**
 * `evanesce/core` of the packed package works in the hosts of `evanesce`, gives its bits, and loads about half of its code.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerOf, CHROMIUM, hasChromium, launch, serve } from "./browser.ts";
import { type Folder, packedFolder } from "./folder.ts";
import { importsOf } from "./imports.ts";
import { typeErrors } from "./types.ts";

const PROGRAM = `
  import { createEngine, createNetwork, EvanesceError, jacobians, propagate, propagateAsync, propagateMany, ready, taskBatch } from "evanesce/core";
  export async function answer() {
    await ready();
    const input = { network: { kind: "recurrent", hidden: 8 }, task: { name: "adding", steps: 30 }, batch: 24, seed: 1, contributions: false };
    const flow = propagate(input);
    const equal = ({ lnGradientNorm }) => lnGradientNorm.every((norm, t) => norm === flow.lnGradientNorm[t]);
    const network = createNetwork(input.network, { inputs: 2, outputs: 1, seed: 1, engine: await createEngine() });
    const own = network.propagate(taskBatch({ task: input.task, batch: 24, seed: 1 }));
    network.dispose();
    let refused;
    try {
      propagate({ network: input.network, task: { name: "csv", data: "a,b\\n1,2\\n" } });
    } catch (error) {
      refused = error instanceof EvanesceError && error.message;
    }
    return {
      norms: Array.from(flow.lnGradientNorm),
      own: equal(own),
      threads: equal(await propagateAsync({ ...input, threads: 2 })),
      many: equal({ lnGradientNorm: propagateMany({ ...input, seed: [0, 1] }).lnGradientNorm[1] }),
      spectra: jacobians({ network: { kind: "recurrent", hidden: 4 }, task: { name: "adding", steps: 5 } }).singularValues !== undefined,
      refused,
    };
  }
`;
const EXPECTED = {
  norms: expect.any(Array),
  own: true,
  threads: true,
  many: true,
  spectra: true,
  refused: expect.stringMatching(/^task\.name: the name of a task, got "csv"; /),
};

let folder: Folder;
beforeAll(async () => {
  folder = await packedFolder();
  folder.write("answer.js", PROGRAM);
});
afterAll(() => folder?.remove());

describe("evanesce/core", () => {
  it("by import, beside evanesce: the same bits, and one class of errors", async () => {
    folder.write(
      "both.js",
      `import * as whole from "evanesce"; import * as core from "evanesce/core"; import { answer } from "./answer.js";
       const input = { network: { kind: "recurrent", hidden: 8 }, task: { name: "adding", steps: 30 }, batch: 24, seed: 1 };
       const norms = Array.from(whole.propagate(input).lnGradientNorm);
       console.log(JSON.stringify({ ...(await answer()), same: JSON.stringify(norms) === JSON.stringify((await answer()).norms), one: whole.EvanesceError === core.EvanesceError }));`,
    );
    expect(JSON.parse(await folder.node("both.js"))).toEqual({ ...EXPECTED, same: true, one: true });
  });

  it("by require", async () => {
    const program = PROGRAM.replace(/import (.*) from "evanesce\/core"/, 'const $1 = require("evanesce/core")');
    folder.write(
      "common.cjs",
      `${program.replace("export ", "")}\nanswer().then((answer) => console.log(JSON.stringify(answer)));`,
    );
    expect(JSON.parse(await folder.node("common.cjs"))).toEqual(EXPECTED);
  });

  it("in a worker thread", async () => {
    folder.write(
      "thread.js",
      `import { isMainThread, parentPort, Worker } from "node:worker_threads"; import { answer } from "./answer.js";
       if (isMainThread) new Worker(new URL(import.meta.url)).on("message", (text) => console.log(text));
       else parentPort.postMessage(JSON.stringify(await answer()));`,
    );
    expect(JSON.parse(await folder.node("thread.js"))).toEqual(EXPECTED);
  });

  it.each(["bundler", "node16"] as const)("with its types, moduleResolution %s", (resolution) => {
    const file = folder.write(
      "consumer.ts",
      `import { createNetwork, type GradientFlow, type Network, propagate } from "evanesce/core";
       import { diagnose, type GradientFlow as Whole } from "evanesce";
       const flow: GradientFlow = propagate({ network: { kind: "recurrent", cell: "lstm" }, task: { name: "adding", steps: 5 } });
       const whole: Whole = flow;
       const network: Network = createNetwork({ kind: "feedforward", depth: 3 }, { inputs: 2 });
       // @ts-expect-error a misspelled option
       propagate({ network: { kind: "recurrent" }, bach: 3 });
       export const verdict: string = diagnose(whole).verdict + network.spec.kind;`,
    );
    expect(typeErrors(file, resolution)).toEqual([]);
  });

  it("loads two files and nothing of diagnosis, training, tables or drawing", () => {
    const loaded = new Map<string, string>();
    const load = (file: string) => {
      if (loaded.has(file)) return;
      const text = readFileSync(join(folder.path, "node_modules/evanesce/dist", file), "utf8");
      loaded.set(file, text);
      const lazy = [...text.matchAll(/import\(["'`]([^"'`]+)["'`]\)/g)].map(([, name]) => name);
      for (const name of importsOf(text)) if (!lazy.includes(name)) load(join(dirname(file), name));
    };
    load("core.js");
    expect(loaded.size).toBe(2);
    const words = ["DeepDiagnosis", "lookahead", "MissingQuotes", "<svg"];
    expect(words.filter((word) => [...loaded.values()].some((text) => text.includes(word)))).toEqual([]);
  });

  it(`on a bare page and built by Vite (pages need ${CHROMIUM}, or CHROMIUM_PATH)`, async () => {
    const script = 'import { answer } from "/answer.js"; globalThis.answer = await answer();';
    const page = (head: string) => `<!doctype html><link rel="icon" href="data:,">${head}`;
    const map = JSON.stringify({ imports: { "evanesce/core": "/node_modules/evanesce/dist/core.js" } });
    folder.write("bare.html", page(`<script type="importmap">${map}</script><script type="module">${script}</script>`));
    folder.write("built/answer.js", PROGRAM);
    folder.write("built/main.js", script);
    folder.write("built/index.html", page('<script type="module" src="/main.js"></script>'));
    const root = join(folder.path, "built");
    await build({ root, configFile: false, logLevel: "silent", build: { target: "es2022" } });
    if (!hasChromium) return;
    const browser = await launch();
    try {
      for (const [place, name] of [
        [folder.path, "bare.html"],
        [join(root, "dist"), "index.html"],
      ] as const) {
        const server = await serve(place);
        expect(await answerOf(browser, `${server.url}/${name}`)).toEqual(EXPECTED);
        server.close();
      }
    } finally {
      await browser.close();
    }
  });
});
