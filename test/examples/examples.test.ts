/**
 * Every program of examples/ runs, and prints what its comments say. They import the built package, as a reader's
 * would.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { spawned, workspace } from "../cli/command.ts";
import { hasChromium, launch } from "../package/browser.ts";

const folder = fileURLToPath(new URL("../../examples/", import.meta.url));
const files = workspace();
afterAll(files.remove);

/** The output of a program, which must exit with 0. */
async function output(name: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await spawned(process.execPath, [folder + name, ...args]);
  expect(code, stderr).toBe(0);
  return stdout;
}

/** Starts a server on a free port, hands its address to `use`, and ends it. */
async function serving(name: string, use: (address: string) => Promise<void>): Promise<void> {
  const server = spawn(process.execPath, [folder + name], { env: { ...process.env, PORT: "0" } });
  try {
    const address = await new Promise<string>((resolve, reject) => {
      server.once("exit", () => reject(new Error(`${name} ended`)));
      server.stdout.on("data", (text) => {
        const found = /http:\S+/.exec(String(text));
        if (found !== null) resolve(found[0]);
      });
    });
    await use(address);
  } finally {
    server.kill();
  }
}

test("each has fewer than 60 lines", () => {
  const names = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
  expect(names).toHaveLength(9);
  for (const name of names) expect(readFileSync(folder + name, "utf8").split("\n").length, name).toBeLessThan(60);
});

describe.concurrent("programs", () => {
  test("a PyTorch model is read and measured", async () => {
    expect(await output("pytorch-model.mjs")).toMatch(/LSTM, becomes rnn[\s\S]*The gradient vanishes/);
  });

  test("many seeds of a small network", async () => {
    expect(await output("many-seeds.mjs")).toMatch(/^gain 0.9: .*\ngain 1: .*\ngain 1.5: .* … .* … .*\n$/);
  });

  test("a sweep with its map", async () => {
    const path = files.path("map.svg");
    expect(await output("sweep-map.mjs", path)).toMatch(/^depth 2:[\s\S]*wrote /);
    expect(readFileSync(path, "utf8")).toContain("Learned after 60 updates");
  });

  test("a phase diagram with its critical line", async () => {
    const path = files.path("phases.svg");
    expect(await output("phase-diagram.mjs", path)).toMatch(/σ_w 0.8.*ordered[\s\S]*σ_w 2.*chaotic/);
    expect(readFileSync(path, "utf8")).toContain("χ₁ = 1");
  });

  test("training goes on from a checkpoint to the same bits", async () => {
    expect(await output("training-checkpoint.mjs", files.path("run.checkpoint"))).toMatch(
      /120 updates[\s\S]*the same bits/,
    );
  });

  test("the cell of a notebook", async () => {
    expect(await output("notebook-cell.mjs")).toMatch(/text\/html: \d+ characters[\s\S]*VANISHING/);
  });

  test("an LSTM of TensorFlow.js, or its stand-in, is watched", async () => {
    expect(await output("tfjs-lstm.mjs")).toMatch(/^TensorFlow.js [\s\S]*20 steps recorded/);
  });

  test("the service streams a run, refuses a wrong network, and outlives a client that goes away", async () => {
    await serving("sse-service.mjs", async (address) => {
      const whole = await (await fetch(`${address}?updates=20&depth=3`)).text();
      expect(whole).toMatch(
        /event: step\ndata: \{"update":\d+,"loss":[\s\S]*event: end\ndata: \{"outcome":"completed"/,
      );
      const wrong = await fetch(`${address}?activation=none`);
      expect(wrong.status).toBe(400);
      expect(await wrong.text()).toContain("activation");
      const abort = new AbortController();
      const long = await fetch(`${address}?updates=10000&depth=50`, { signal: abort.signal });
      await long.body?.getReader().read();
      abort.abort();
      expect((await fetch(`${address}?updates=10`)).status).toBe(200);
    });
  });

  test("the page with a slider is served, and nothing outside dist/ is", async () => {
    await serving("slider-page.mjs", async (address) => {
      expect(await (await fetch(address)).text()).toContain('type="range"');
      expect((await fetch(`${address}dist/index.js`)).headers.get("content-type")).toBe("text/javascript");
      for (const path of ["dist/%2e%2e/package.json", "dist/..%2fpackage.json", "package.json"]) {
        expect((await fetch(address + path)).status, path).toBe(404);
      }
    });
  });
});

describe.skipIf(!hasChromium)("in a browser", () => {
  test("the slider's pass runs in a worker and its figure is drawn", async () => {
    const browser = await launch();
    try {
      await serving("slider-page.mjs", async (address) => {
        const page = await browser.newPage();
        await page.goto(address);
        const verdict = page.locator("#verdict");
        await page.waitForSelector("#figure svg");
        const before = await verdict.textContent();
        await page.locator("input").fill("2");
        await expect.poll(() => verdict.textContent(), { timeout: 60_000 }).not.toBe(before);
      });
    } finally {
      await browser.close();
    }
  });
});

describe("a flow in a notebook", () => {
  test("shows itself and stays plain data", async () => {
    const { createNetwork, propagate, propagateAsync } = await import("../../src/index.ts");
    const spec = { kind: "feedforward", depth: 3, width: 4, activation: "relu" } as const;
    const network = createNetwork({ ...spec, inputs: 2 });
    const flows = [propagate({ network: spec }), await propagateAsync({ network: spec })];
    flows.push(network.propagate({ inputs: new Float32Array(4) }));
    network.dispose();
    const display = Symbol.for("Jupyter.display");
    for (const flow of flows) {
      const show = (flow as unknown as Record<symbol, () => Promise<Record<string, string>>>)[display];
      const formats = await show();
      expect(Object.keys(formats)).toEqual(["text/plain", "text/html"]);
      expect(formats["text/html"]).toMatch(/^<p><strong>\w+<\/strong>[\s\S]*<svg/);
      expect(Object.getOwnPropertySymbols(structuredClone(flow))).toEqual([]);
      expect(Object.getOwnPropertySymbols({ ...flow })).toEqual([]);
    }
  });
});
