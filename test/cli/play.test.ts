/** `evanesce play`: the built site on loopback, a spec in its address. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SITE_FOLDER } from "../../src/cli/site-folder.ts";
import { Interrupted } from "../../src/cli/context.ts";
import { run } from "../../src/cli/run.ts";
import { parseSpec } from "../../src/spec/index.ts";
import { fromAddress } from "../../site/play/src/model/address.ts";
import { evanesce, workspace } from "./command.ts";

const files = workspace();
const index = join(SITE_FOLDER, "index.html");
const isBuilt = existsSync(index);

beforeAll(() => {
  if (isBuilt) return;
  mkdirSync(SITE_FOLDER, { recursive: true });
  writeFileSync(index, "<!doctype html><title>evanesce</title>");
});
afterAll(() => {
  files.remove();
  if (!isBuilt) rmSync(SITE_FOLDER, { recursive: true });
});

/** Runs the command until `act` has used the address that it printed. */
async function whilePlaying(args: readonly string[], act: (address: string) => Promise<void>): Promise<number> {
  const controller = new AbortController();
  let say = (_: string) => {};
  const address = new Promise<string>((resolve) => {
    say = resolve;
  });
  const sink = { isTTY: false, columns: undefined };
  const done = run(["play", ...args], {
    stdout: { ...sink, write: async (text) => say(text.trim()) },
    stderr: { ...sink, write: async (text) => say(text) },
    env: {},
    signal: controller.signal,
  });
  try {
    await act(await address);
  } finally {
    controller.abort(new Interrupted());
  }
  return await done;
}

/** The status of the answer to a path that is sent exactly as given. */
const statusOf = (address: string, path: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    request({ ...portOf(address), path, host: "127.0.0.1" }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
const portOf = (address: string) => ({ port: new URL(address).port });

describe("evanesce play", () => {
  it("serves the site on loopback until Ctrl-C, and no file outside it", async () => {
    const code = await whilePlaying([], async (address) => {
      expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      const page = await fetch(address);
      expect(page.status).toBe(200);
      expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(await page.text()).toContain("evanesce");
      for (const path of [
        "/../../package.json",
        "/%2e%2e/%2e%2e/package.json",
        "/none.js",
        "/%",
        "/..%2f..%2fpackage.json",
      ])
        expect(await statusOf(address, path), path).toBe(404);
      expect((await fetch(address, { method: "POST" })).status).toBe(404);
    });
    expect(code).toBe(130);
  });

  it("puts a spec into the address as the page reads it", async () => {
    const input = { kind: "feedforward", depth: 12, activation: "sigmoid" } as const;
    const spec = files.json("net.json", input);
    await whilePlaying([spec], async (address) => {
      const { state, fault } = fromAddress(new URL(address).hash);
      expect(fault).toBeNull();
      expect(parseSpec(state.current.network)).toEqual(parseSpec(input));
    });
  });

  it("refuses a file that is not a spec, and an invalid port", async () => {
    expect(await evanesce(["play", files.write("none.json", "{}")])).toMatchObject({ code: 2, stdout: "" });
    expect(await evanesce(["play", "--port", "70000"])).toMatchObject({ code: 2, stdout: "" });
  });
});
