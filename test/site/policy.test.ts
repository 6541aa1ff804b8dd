/** The policy in the docs is the page's. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { LEVELS } from "../../site/play/src/model/levels.ts";
import { PLAIN_POLICY, POLICY } from "../../site/play/policy.ts";

const docs = readFileSync(new URL("../../docs/playground.md", import.meta.url), "utf8");

it("is printed as it is, and lets nothing inline in", () => {
  expect(docs).toContain(`\n${PLAIN_POLICY}\n`);
  expect(POLICY).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/);
});

it("every level stands in the table", () => {
  for (const { title } of LEVELS) expect(docs).toContain(`| ${title} |`);
});
