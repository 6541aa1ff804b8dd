/**
 * Writes the table of docs/claims.md: `npm run docs:claims [-- ID…]`. Runs the claims named, or all of them, at seed 0 and
 * their usual size, and replaces their rows by the measured verdict and key number. Rows of claims that were not
 * run stay. The count of verdicts above the table is updated too.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Claim, claims } from "../src/experiments/index.ts";
import { keyNumber, measuredText } from "../src/report/claims/numbers.ts";

const PAGE = fileURLToPath(new URL("../docs/claims.md", import.meta.url));
/** A row: sentence and id, verdict, key number. */
const ROW = /^\| .*<br>`([\w-]+)` \| ([\w ]+) \| .* \|$/;
const VERDICTS = ["holds", "holds partly", "does not hold", "inconclusive", "not run"];
/** The verdict of several claims, and of one. */
const COUNTED: Readonly<Record<string, readonly [string, string]>> = {
  holds: ["hold", "holds"],
  "holds partly": ["hold partly", "holds partly"],
  "does not hold": ["do not hold", "does not hold"],
  inconclusive: ["are inconclusive", "is inconclusive"],
  "not run": ["were not run", "was not run"],
};

function rowOf(claim: Claim): string {
  const key = keyNumber(claim);
  const text = key === undefined ? (claim.where ?? "–") : `${key.name}: ${measuredText(key)}`;
  const [sentence, number] = [claim.sentence, text].map((cell) => cell.replaceAll("|", "\\|"));
  return `| ${sentence}<br>\`${claim.id}\` | ${claim.verdict} | ${number} |`;
}

/** "29 hold, 16 hold partly". */
function countOf(rows: readonly string[]): string {
  const verdicts = rows.map((row) => ROW.exec(row)?.[2]);
  const counts = VERDICTS.map((verdict) => ({ verdict, count: verdicts.filter((one) => one === verdict).length }));
  return counts
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${COUNTED[verdict][count === 1 ? 1 : 0]}`)
    .join(", ");
}

const only = process.argv.slice(2);
const { claims: judged } = await claims({ only: only.length === 0 ? undefined : only, threads: 1 }).result;
const rows = new Map(judged.map((claim) => [claim.id, rowOf(claim)]));
const lines = readFileSync(PAGE, "utf8").split("\n");
const written = lines.map((line) => rows.get(ROW.exec(line)?.[1] ?? "") ?? line);
const missing = [...rows.keys()].filter((id) => !lines.some((line) => ROW.exec(line)?.[1] === id));
const last = written.findLastIndex((line) => ROW.test(line));
written.splice(last + 1, 0, ...missing.map((id) => rows.get(id) as string));
const table = written.filter((line) => ROW.test(line));
const page = written.join("\n").replace(/\b\d+ hold(?:, \d+ [a-z ]+)*(?=\.)/, countOf(table));
writeFileSync(PAGE, page);
for (const row of rows.values()) process.stdout.write(`${row}\n`);
process.stdout.write(`${table.length} claims: ${countOf(table)}\n`);
