/**
 * The playground in a real browser: it loads, draws, sends no request to another host, and can be used without a
 * mouse.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diagnose, propagate, toJson } from "../../src/index.ts";
import { CHROMIUM, hasChromium, launch, PATIENCE_MS, serve } from "../package/browser.ts";

describe.skipIf(!hasChromium)(`the playground in a browser (needs ${CHROMIUM}, or CHROMIUM_PATH)`, () => {
  const folder = mkdtempSync(join(tmpdir(), "evanesce-site-"));
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let server: Awaited<ReturnType<typeof serve>>;
  const complaints: string[] = [];

  beforeAll(async () => {
    await build({
      configFile: fileURLToPath(new URL("../../site/play/vite.config.ts", import.meta.url)),
      logLevel: "silent",
      build: { outDir: join(folder, "under/a/path"), emptyOutDir: true, minify: false },
    });
    server = await serve(folder);
    browser = await launch();
    context = await browser.newContext();
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (/^(https?|wss?):/.test(request.url()) && !request.url().startsWith(server.url))
        complaints.push(request.url());
    });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const word = () => page.locator("#verdict-word");
  const verdictIs = (verdict: string) =>
    page.waitForFunction((wanted) => document.querySelector("#verdict-word")?.textContent === wanted, verdict);
  const open = async (hash = "") => {
    await page.goto("about:blank");
    await page.goto(`${server.url}/under/a/path/index.html${hash}`);
    await page.waitForFunction(() => Number(document.documentElement.dataset.drawn) > 0);
  };

  it("draws the first network, under a path, without an error or a request elsewhere", async () => {
    await open();
    expect(await word().innerText()).toBe("Vanishing");
    expect(await page.locator("#profile canvas").count()).toBe(1);
    expect(await page.locator("#verdict-summary").innerText()).toMatch(/^The gradient vanishes: 199 steps back/);
    expect(complaints).toEqual([]);
  });

  it("a slider moved by the keyboard is measured again, and stands in the address", async () => {
    await open();
    await page.focus("#control-steps");
    for (let i = 0; i < 12; i++) await page.keyboard.press("PageDown");
    await verdictIs("Healthy");
    const steps = await page.getAttribute("#control-steps", "aria-valuetext");
    await page.waitForFunction((wanted) => decodeURIComponent(location.hash).includes(`"steps":${wanted}`), steps);
    const { hash } = new URL(page.url());
    await open(hash);
    expect(await word().innerText()).toBe("Healthy");
  });

  it("the point of the plane is dragged, and moved by the arrow keys: both gains follow", async () => {
    const network = { kind: "feedforward", width: 32, depth: 20, init: { weight: "gaussian" } };
    await open(`#network=${encodeURIComponent(JSON.stringify(network))}`);
    const keys = page.locator("#plane-keys");
    await keys.scrollIntoViewIfNeeded();
    const place = async () => {
      const [, w, b] = /^σ_w ([\d.]+), σ_b ([\d.]+)\./.exec((await keys.getAttribute("aria-label")) ?? "") ?? [];
      return [Number(w), Number(b)];
    };
    const { x, y, width, height } = (await page.locator("#plane").boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(x + 0.3 * width, y + 0.7 * height);
    await page.mouse.down();
    await page.mouse.move(x + 0.5 * width, y + 0.6 * height);
    await page.waitForTimeout(300);
    const [w, b] = await place();
    await page.mouse.move(x + 0.8 * width, y + 0.3 * height);
    await page.mouse.up();
    await expect.poll(async () => (await place())[0], { timeout: PATIENCE_MS }).toBeGreaterThan(w + 0.3);
    expect((await place())[1]).toBeGreaterThan(b + 0.1);
    await expect
      .poll(() => decodeURIComponent(new URL(page.url()).hash), { timeout: PATIENCE_MS })
      .toMatch(/"biasStd":0?\.\d|"biasStd":[1-9]/);
    const dragged = await place();
    await keys.focus();
    await page.keyboard.press("Shift+ArrowLeft");
    await expect.poll(async () => (await place())[0], { timeout: PATIENCE_MS }).toBeLessThan(dragged[0]);
  });

  it("advice is applied", async () => {
    await open();
    await page.click("#advice .apply");
    await verdictIs("Healthy");
    expect(await page.inputValue("#control-cell")).toBe("lstm");
    expect(await page.isChecked("#control-chrono")).toBe(true);
  });

  it("a level is solved when the measured verdict says so", async () => {
    await open("#level=closed-gate");
    expect(await page.locator("#level-word").innerText()).toBe("The verdict is vanishing.");
    await page.focus("#control-forgetBias");
    await page.keyboard.press("End");
    for (let i = 0; i < 5; i++) await page.keyboard.press("PageDown");
    await page.waitForFunction(() => document.querySelector("#level-box")?.classList.contains("solved"));
    expect(await page.locator("#level-word").innerText()).toMatch(/^Solved\. /);
  });

  it("a level is not solved by what was measured before the last move", async () => {
    await open("#level=small-start");
    // two layers are healthy; the pass of them ends after the slider has gone on to the end
    await page.evaluate(() => {
      const depth = document.querySelector("#control-depth") as HTMLInputElement;
      for (const place of [depth.min, depth.max]) {
        depth.value = place;
        depth.dispatchEvent(new Event("input", { bubbles: true }));
      }
    });
    await page.waitForFunction(() => document.querySelector("#verdict-summary")?.textContent?.includes("199 layers"));
    expect(await page.locator("#level-word").innerText()).toBe("The verdict is vanishing.");
    expect(await page.locator("#level option:checked").innerText()).not.toContain("✓");
  });

  it("trains, pauses, steps and rewinds; of a plane it draws the decision surface", async () => {
    await open("#level=more-rate");
    await page.click("#train");
    await page.waitForFunction(() => /Update [1-9]/.test(document.querySelector("#run-note")?.textContent ?? ""));
    await page.click("#train");
    await page.waitForFunction(() => document.querySelector("#train")?.textContent === "Train");
    expect(await page.locator("#surface").isVisible()).toBe(true);
    const updates = async () =>
      Number((/Update ([\d,]+)/.exec(await page.locator("#run-note").innerText()) ?? [])[1]?.replace(",", ""));
    await page.waitForTimeout(300); // a moment that was under way
    const before = await updates();
    await page.click("#step");
    await page.waitForFunction(
      (wanted) =>
        document.querySelector("#run-note")?.textContent?.includes(`Update ${wanted.toLocaleString("en-US")}:`),
      before + 1,
    );
    await page.click("#rewind");
    expect(await page.locator("#run").isVisible()).toBe(false);
  });

  it("explains NaN instead of showing a blank", async () => {
    const network = { kind: "recurrent", cell: "relu", hidden: 8, init: { gain: 50 } };
    await open(`#network=${encodeURIComponent(JSON.stringify(network))}`);
    expect(await word().innerText()).toBe("Out of range (NaN)");
    expect(await page.locator("#verdict-feel").innerText()).toMatch(/ran out of range at layer 0, step \d+/);
    // one number at the last step draws no line: the chart says so, and its legend names none
    for (const chart of ["#profile", "#activations"])
      expect(await page.locator(`${chart} .u-series:not([hidden]):not(:first-child)`).count(), chart).toBe(0);
  });

  describe("a file dropped on the page", () => {
    const drop = async (name: string, bytes: Buffer) => {
      const transfer = await page.evaluateHandle(
        ({ name, text }) => {
          const transfer = new DataTransfer();
          const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
          transfer.items.add(new File([bytes], name));
          return transfer;
        },
        { name, text: bytes.toString("base64") },
      );
      await page.dispatchEvent("main", "drop", { dataTransfer: transfer });
    };
    const says = (id: string, text: string) =>
      page.waitForFunction(([id, text]) => (document.querySelector(id)?.textContent ?? "").includes(text), [
        id,
        text,
      ] as const);
    const noNotice = async () => expect(await page.locator("#notice").isHidden()).toBe(true);

    it("a spec becomes the network", async () => {
      await open();
      const spec = { kind: "feedforward", depth: 20, activation: "sigmoid", width: 16 };
      await drop("net.json", Buffer.from(JSON.stringify(spec)));
      await page.waitForFunction(
        () => (document.querySelector("#control-activation") as HTMLSelectElement)?.value === "sigmoid",
      );
      await verdictIs("Vanishing");
      await noNotice();
    });

    it.each(["relu_rnn.safetensors", "whole_lstm.pt", "keras2_lstm.h5", "keras3_batch_norm.keras", "mlp.onnx"])(
      "a model becomes the network and its weights: %s",
      async (name) => {
        await open();
        await drop(name, readFileSync(new URL(`../models/files/${name}`, import.meta.url)));
        await says("#copied", `Weights from ${name}, fed random inputs.`);
        await page.waitForFunction(() => Number(document.documentElement.dataset.drawn) > 1);
        await noNotice();
        // a network of the other kind takes none of these weights
        const kind = await page.inputValue("#control-kind");
        await page.selectOption("#control-kind", kind === "recurrent" ? "feedforward" : "recurrent");
        await says("#copied", `${name} does not fit this network and is left out`);
        await noNotice();
      },
    );

    it("a table becomes the task, and trains", async () => {
      await open(`#network=${encodeURIComponent(JSON.stringify({ kind: "feedforward", depth: 3, width: 8 }))}`);
      const rows = Array.from({ length: 40 }, (_, i) => `${i},${(i * 7) % 11},${i % 2 ? "a" : "b"}`);
      await drop("mine.csv", Buffer.from(["x,y,class", ...rows].join("\n")));
      await says("#copied", "mine.csv: the last column is asked for");
      await page.click("#step");
      await says("#run-note", "Update 1:");
      await noNotice();
    });

    it("the JSON of a flow is set beside what is shown, as B", async () => {
      await open();
      const { task, network } = { task: { name: "adding", steps: 60 }, network: { kind: "recurrent", cell: "lstm" } };
      const flow = propagate({ network, task, batch: 4, seed: 1 } as never);
      await drop("flow.json", Buffer.from(JSON.stringify(toJson(flow))));
      await says("#b-name", "flow.json");
      expect(await page.locator("#b-verdict").innerText()).toBe(diagnose(flow).verdict);
      expect(await page.locator("#a-verdict").innerText()).toBe("vanishing");
      await noNotice();
    });

    it("anything else is refused in a sentence, and what was shown stays", async () => {
      await open();
      await drop("picture.png", Buffer.from("no"));
      await says("#notice", "picture.png");
      await drop("broken.safetensors", Buffer.from("no"));
      await says("#notice", "broken.safetensors");
      await drop("broken.json", Buffer.from("{"));
      await says("#notice", "broken.json");
      expect(await word().innerText()).toBe("Vanishing");
    });
  });

  it("opens the report in a tab of its own, under the page's policy", async () => {
    await open();
    const [report] = await Promise.all([
      context.waitForEvent("page"),
      page.click(".menu summary").then(() => page.click("#open-report")),
    ]);
    await report.waitForSelector(".verdict");
    expect(await report.locator(".verdict").innerText()).toBe("Vanishing");
    expect(await report.locator("#gradient-profile .tools button").count()).toBeGreaterThan(0); // its script runs
    await report.close();
    expect(complaints).toEqual([]);
  });

  it.each([
    [1400, "light"],
    [390, "dark"],
  ] as const)("%i pixels, %s: nothing clips, and axe finds nothing serious", async (width, colorScheme) => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await open("#level=sigmoid");
    await page.click("#pin");
    await page.evaluate(() => {
      for (const details of Array.from(document.querySelectorAll("details"))) details.open = true;
    });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`)).toEqual(
      [],
    );
    expect(complaints).toEqual([]);
  });
});
