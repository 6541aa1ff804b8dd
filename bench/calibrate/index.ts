/**
 * `npm run calibrate [--seeds N] [--quick] [--tuning] [--part NAME] [--json]`: how often the diagnosis is wrong. Networks with planted faults and healthy
 * controls are judged; what is true of them is measured in float64 and by turning the fault back. The table goes to standard output,
 * progress to standard error. --quick takes 20 seeds of every row instead of 200; --tuning the tuned kinds alone, on seeds the report
 * never uses.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { toJsonData } from "../../src/report/kit/json.ts";
import { threadPool } from "../../src/parallel/node/pool.ts";
import { runCells } from "../../src/sweeps/run-cells.ts";
import type { Case } from "./case.ts";
import { isThere } from "./data.ts";
import { FAULTS } from "./faults.ts";
import type { Fault } from "./plant.ts";
import { formatStudy, type Study } from "./table.ts";
import { confusion, hasCause, isSick, scoreRows, scoreTools, summarize } from "./tally.ts";
import type { RowCell } from "./worker.ts";

/** The seeds of the report begin here; tuning used smaller seeds. */
const FIRST = 1_000_000;
/** Number of seeds for each row. No two rows share a seed, so their networks are independent draws. */
const STRIDE = 1000;

const { values: flags } = parseArgs({
  options: {
    seeds: { type: "string" },
    quick: { type: "boolean", default: false },
    tuning: { type: "boolean", default: false },
    part: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const seeds = flags.seeds === undefined ? (flags.quick ? 20 : 200) : Number(flags.seeds);
if (!Number.isSafeInteger(seeds) || seeds < 1 || seeds > STRIDE) {
  console.error(`--seeds: a whole number from 1 to ${STRIDE}`);
  process.exit(2);
}
const first = flags.tuning ? 0 : FIRST;
const jobs = FAULTS.flatMap((fault, row) => (isAsked(fault) ? [row] : []));
const absent = FAULTS.filter(({ part, data }) => part === "realistic" && data !== undefined && !isThere(data));
if (absent.length > 0)
  process.stderr.write(`${absent.length} rows of real data are left out: there is no ../shared/data\n`);

function isAsked({ part, data }: Fault): boolean {
  if (flags.tuning) return part === "tuned";
  return (flags.part === undefined || part === flags.part) && (data === undefined || isThere(data));
}

const cases = await judgeAll(jobs, first, seeds);
const study = studyOf(cases);
console.log(flags.json ? JSON.stringify(toJsonData(study), null, 2) : formatStudy(study));

function studyOf(all: readonly Case[]): Study {
  const partOf = (part: string) => all.filter(({ row }) => FAULTS[row].part === part);
  const counted = flags.tuning ? "tuned" : (flags.part ?? "held out");
  const part = partOf(counted);
  const causal = part.filter((one) => isSick(one) && hasCause(one));
  return {
    schema: "evanesce.calibration/1",
    seeds,
    parts: {
      "held-out kinds": summarize(partOf("held out")),
      "tuned kinds": summarize(partOf("tuned")),
      "realistic sizes": summarize(partOf("realistic")),
      all: summarize(all.filter(({ row }) => FAULTS[row].part !== "realistic")),
    },
    counted: { tuned: "Tuned kinds", realistic: "Realistic sizes" }[counted] ?? "Held-out kinds",
    verdicts: confusion(
      part,
      ({ truth }) => truth.verdict,
      ({ ours }) => ours.verdict,
    ),
    causes: confusion(
      causal,
      ({ truth }) => truth.cause?.cause as string,
      ({ ours }) => ours.cause ?? "none",
    ),
    tools: scoreTools(part),
    deepTools: scoreTools(part.filter(({ row }) => FAULTS[row].network.kind === "feedforward")),
    rows: scoreRows(FAULTS, all),
  };
}

/** Every row, on as many threads as there are cores. */
async function judgeAll(rows: readonly number[], from: number, count: number): Promise<Case[]> {
  const pool = threadPool<RowCell, Case[]>({
    threads: Math.min(availableParallelism(), rows.length),
    worker: new URL("./worker.ts", import.meta.url),
  });
  const cells = rows.map((row): RowCell => ({ row, from: from + STRIDE * row, count }));
  const found: Case[] = [];
  let done = 0;
  const started = performance.now();
  try {
    for await (const { index, end } of runCells(cells, pool)) {
      const { kind, severity } = FAULTS[rows[index]];
      if (end.failed !== undefined) throw new Error(`${kind}, ${severity}: ${end.failed}`);
      found.push(...end.result);
      done++;
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      process.stderr.write(`${done}/${rows.length} rows, ${seconds} s: ${kind}, ${severity}\n`);
    }
  } finally {
    await pool.close();
  }
  return found.sort((a, b) => a.row - b.row || a.seed - b.seed);
}
