/** Pages in Debian's Chromium, or the one CHROMIUM_PATH names. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { Browser } from "playwright-core";

export const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
export const hasChromium = existsSync(CHROMIUM);

/** The time limits for the start of a browser, for a page and for an answer on a busy machine. */
export const PATIENCE_MS = 110_000;

export async function launch(): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"], timeout: PATIENCE_MS });
}

/**
 * Opens a page and waits for what it leaves in `globalThis.answer`.
 * @param expected the errors that it may report @throws Error with every other error of the page and every request
 * to another host
 */
export async function answerOf(browser: Browser, url: string, expected?: RegExp): Promise<unknown> {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !expected?.test(message.text()))
      complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (/^http/.test(request.url()) && new URL(request.url()).host !== new URL(url).host)
      complaints.push(request.url());
  });
  try {
    await page.goto(url);
    const answer = await page.waitForFunction("globalThis.answer");
    const value = await answer.jsonValue();
    if (complaints.length > 0) throw new Error(complaints.join("\n"));
    return value;
  } catch (error) {
    throw complaints.length > 0 ? new Error(complaints.join("\n")) : error;
  } finally {
    await page.close();
  }
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
};

/** A server of plain files only. @param headers further headers of every answer */
export async function serve(
  root: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    const file = join(root, normalize(decodeURIComponent(new URL(request.url ?? "/", "http://host").pathname)));
    if (!file.startsWith(root) || extname(file) === "" || !existsSync(file)) {
      // a browser requests an icon by itself
      response.writeHead(file.endsWith("favicon.ico") ? 204 : 404).end();
      return;
    }
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", ...headers });
    response.end(readFileSync(file));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
