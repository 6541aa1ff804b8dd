/**
 * The playground in headless Chromium: its size, the time of its first picture, and the number of profiles that are
 * computed and drawn in a second, each different from the one before, while a slider is dragged. Fails if the page is too
 * large. Times are printed with their aims but never make it fail, because they depend on the machine.
 * `npm run bench:site` builds the page first.
 */
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { launch, PATIENCE_MS, serve } from "../test/package/browser.ts";

const root = fileURLToPath(new URL("../build/site/", import.meta.url));
const MOST_BYTES = 600_000;
const DRAG_MS = Number(process.env.DRAG_MS ?? 4000);
/** Between two moves: a mouse that reports 125 times a second. */
const MOUSE_MS = 8;

interface Case {
  readonly name: string;
  readonly network: object;
  readonly task: object;
  readonly batch: number;
  /** Of a slider. */
  readonly id: string;
  readonly aim: string;
}

const CASES: readonly Case[] = [
  {
    name: "tanh RNN, H 32, B 8, T 200: σ_w dragged",
    network: { kind: "recurrent", cell: "tanh", hidden: 32 },
    task: { name: "adding", steps: 200 },
    batch: 8,
    id: "gain",
    aim: "30 a second or more",
  },
  {
    name: "tanh RNN, H 64, B 8, T 1,000: σ_w dragged",
    network: { kind: "recurrent", cell: "tanh", hidden: 64 },
    task: { name: "adding", steps: 1000 },
    batch: 8,
    id: "gain",
    aim: "at most 150 ms each",
  },
  {
    name: "LSTM with layer norm, H 64, B 8, T 1,000: forget bias",
    network: { kind: "recurrent", cell: "lstm", hidden: 64, norm: "layer" },
    task: { name: "adding", steps: 1000 },
    batch: 8,
    id: "forgetBias",
    aim: "at most 150 ms each",
  },
  {
    name: "deep, width 64, depth 200, B 32: σ_w dragged",
    network: { kind: "feedforward", width: 64, depth: 200, init: { weight: "gaussian" } },
    task: { name: "circles" },
    batch: 32,
    id: "gain",
    aim: "at most 150 ms each",
  },
  {
    name: "deep, residual, layer norm, width 64, depth 200",
    network: { kind: "feedforward", width: 64, depth: 200, residual: "identity", norm: "layer", normPosition: "pre" },
    task: { name: "circles" },
    batch: 32,
    id: "gain",
    aim: "at most 150 ms each",
  },
];

const addressOf = ({ network, task, batch }: Case) =>
  `#${new URLSearchParams({ network: JSON.stringify(network), task: JSON.stringify(task), batch: String(batch) })}`;

/** Data of the bench in a page. */
interface Watched {
  /** Each drawn profile: its time in ms after the request of the page, and its first and last number. */
  readonly pictures: { readonly at: number; readonly ends: string }[];
  /** Tasks of the input thread above 50 ms. */
  readonly longest: { readonly ms: number; readonly count: number };
}

/** Records every profile that the page reports as drawn. */
const watch = (page: Page) =>
  page.addInitScript(() => {
    const pictures: Watched["pictures"] = [];
    Object.assign(globalThis, { pictures });
    new MutationObserver(() =>
      pictures.push({ at: performance.now(), ends: document.documentElement.dataset.ends ?? "" }),
    ).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-drawn"] });
  });

const isDrawn = (page: Page) => page.waitForFunction(() => Number(document.documentElement.dataset.drawn) > 0);

/** Compressed bytes for the first picture, and its time: the median of five visits. */
async function firstPicture(browser: Browser, url: string): Promise<{ bytes: number; ms: number }> {
  const times: number[] = [];
  let bytes = 0;
  for (let i = 0; i < 5; i++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await watch(page);
    const files = new Set<string>(["index.html"]);
    context.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith("/assets/")) files.add(pathname.slice(1));
    });
    await page.goto(url);
    await isDrawn(page);
    times.push(await page.evaluate(() => (globalThis as unknown as Watched).pictures[0].at));
    await page.waitForTimeout(500);
    bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(root + file)).length, 0);
    await context.close();
  }
  return { bytes, ms: times.sort((a, b) => a - b)[2] };
}

/**
 * Number of profiles, each different from the one drawn before it, and the longest task of the input thread, while the
 * slider moves back and forth: a track of 160 pixels has fewer places than four seconds have profiles.
 */
async function drag(browser: Browser, url: string, each: Case) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  page.setDefaultTimeout(PATIENCE_MS);
  await watch(page);
  await page.goto(url + addressOf(each));
  await isDrawn(page);
  await page.waitForTimeout(1500);
  const box = await page.locator(`#control-${each.id}`).boundingBox();
  if (box === null) throw new Error(`no slider ${each.id}`);
  await page.evaluate(() => {
    (globalThis as unknown as Watched).pictures.length = 0;
    const longest = { ms: 0, count: 0 };
    Object.assign(globalThis, { longest });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        longest.ms = Math.max(longest.ms, duration);
        longest.count++;
      }
    }).observe({ type: "longtask" });
  });
  const [left, right, y] = [box.x + 0.15 * box.width, box.x + 0.85 * box.width, box.y + box.height / 2];
  const processor = await processorTime(page);
  await page.mouse.move(left, y);
  await page.mouse.down();
  const before = await processor();
  const begun = performance.now();
  const moved: Promise<void>[] = [];
  while (performance.now() - begun < DRAG_MS) {
    const phase = ((performance.now() - begun) / 1500) % 2; // 1.5 s from one end to the other
    moved.push(page.mouse.move(left + (right - left) * (phase < 1 ? phase : 2 - phase), y));
    await setTimeout(MOUSE_MS); // a mouse does not wait until the page has answered
  }
  const seconds = (performance.now() - begun) / 1000;
  await Promise.all(moved);
  await page.mouse.up();
  const spent = (await processor()) - before;
  const seen = await page.evaluate(() => {
    const { pictures, longest } = globalThis as unknown as Watched;
    const profiles = pictures.filter(({ ends }, i) => ends !== pictures[i - 1]?.ends).length;
    return { profiles, drawn: pictures.length, longest };
  });
  await page.close();
  return { ...seen, seconds, moves: moved.length, spent };
}

/** Reads the processor time of the input thread in ms, which does not depend on other work of the machine. */
async function processorTime(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN);
  };
}

const server = await serve(root);
const browser = await launch();
const url = `${server.url}/index.html`;
const { bytes, ms } = await firstPicture(browser, url);
const heavy = bytes > MOST_BYTES;
console.log(
  `page, compressed     ${(bytes / 1000).toFixed(1)} kB, at most ${MOST_BYTES / 1000}${heavy ? "  TOO MUCH" : ""}`,
);
console.log(`first picture        ${ms.toFixed(0)} ms, aim about 1,500`);
for (const each of CASES) {
  const { profiles, drawn, longest, seconds, moves, spent } = await drag(browser, url, each);
  console.log(
    `${each.name.padEnd(48)} ${(profiles / seconds).toFixed(1)} profiles a second, each unlike the last, ${((1000 * seconds) / profiles).toFixed(0)} ms each (aim ${each.aim}); ${longest.count} tasks of the input thread above 50 ms, the longest ${longest.ms.toFixed(0)} ms; ${(spent / drawn).toFixed(1)} ms of its processor time a picture; ${moves} moves`,
  );
}
await browser.close();
server.close();
process.exitCode = heavy ? 1 : 0;
