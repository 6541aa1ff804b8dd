import { Command, Option } from "commander";
import { CLAIMS, type ClaimsReport, claims, criterionSentence, labeledTable, TOPICS } from "../../experiments/index.ts";
import {
  claimsSummary,
  claimToDetails,
  claimToEntry,
  claimToLine,
  claimToText,
  jsonText,
  type TerminalOptions,
  topicText,
} from "../../report/index.ts";
import { readCsv } from "../../formats/index.ts";
import { EvanesceError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { significant } from "../../words/numbers.ts";
import { readBytes } from "../files.ts";
import { commandLine } from "../command-line.ts";
import { examples } from "../help.ts";
import { type Host, Interrupted, Unfinished } from "../host.ts";
import { addOutputOptions, type MeasureFlags } from "../options.ts";
import { addFileOptions, type FileFlags, requireFiles, writeFiles } from "../outputs.ts";
import { duration } from "../progress.ts";
import { inOptionNames } from "../reword.ts";
import { showResult } from "../show.ts";
import { terminalOptions } from "../terminal.ts";
import { whole } from "../values.ts";

interface ClaimsFlags extends FileFlags, Pick<MeasureFlags, "seed" | "json" | "quiet" | "color" | "ascii" | "columns"> {
  readonly only?: string[];
  readonly full?: boolean;
  readonly list?: boolean;
  readonly data?: string;
}

/** `evanesce claims`: sentences about vanishing gradients, each executed and judged by its numbers. */
export function claimsCommand(host: Host): Command {
  const command = new Command("claims")
    .description("Execute what is said of vanishing gradients, sentence by sentence, and judge it by its numbers.")
    .addOption(new Option("--only <ids...>", "these claims alone, with every number they measured"))
    .option("--full", "the longer study: more seeds, larger networks, longer sequences; hours")
    .option("--list", "the claims and their criteria; nothing is run")
    .option(
      "--data <file>",
      "real digits for the claims on generalization: a CSV of pixels, the class in the last column",
    )
    .option("--seed <n>", "root of every seed", whole("--seed"), 0);
  addFileOptions(command);
  return addOutputOptions(command, "evanesce.claims/1")
    .addHelpText(
      "after",
      `\nVerdicts:
  holds          every condition of the criterion is met, by the whole 95 %
                 interval of its number
  holds partly   some are; it says which are not
  does not hold  none is; inconclusive, where a control failed
  not run        what it needs is missing
All of them are results: exit code 0. Where a claim could not run it is 3, after
Ctrl-C 130.`,
    )
    .addHelpText(
      "after",
      examples(
        ["evanesce claims", "all of them, in a few minutes"],
        ["evanesce claims --only power-law-at-criticality", "one, with every number"],
        ["evanesce claims --json > claims.json", "numbers, criteria, verdicts and figures as data"],
      ),
    )
    .action((flags: ClaimsFlags) => inOptionNames({ only: "--only", seed: "--seed" }, () => execute(flags, host)));
}

async function execute(flags: ClaimsFlags, host: Host): Promise<void> {
  const options = terminalOptions(flags, host);
  if (flags.list) return list(flags, options, host);
  const { only, seed, full, json, data } = flags;
  const digits = data === undefined ? undefined : labeledTable(readCsv(readBytes(data), data, { label: "last" }));
  await requireFiles(flags);
  const run = claims({ only, seed, digits, size: full ? "full" : "reduced", signal: host.signal });
  const progress = line(host, flags.quiet === true);
  let topic = "";
  for await (const event of run) {
    if (event.event === "begin") {
      await progress.show(event);
      continue;
    }
    await progress.clear();
    if (json) continue;
    const { claim } = event;
    if (claim.topic !== topic && !flags.quiet) await host.stdout.write(`${topicText(claim.topic, options)}\n`);
    topic = claim.topic;
    const text = flags.quiet ? claimToLine : only === undefined ? claimToText : claimToDetails;
    await host.stdout.write(text(claim, options));
  }
  await progress.clear();
  const report = await run.result;
  const read = { schema: "evanesce.claims/1", result: report, command: commandLine(host) } as const;
  if (json) await showResult(read, flags, host);
  else {
    if (report.claims.length > 0) await host.stdout.write(claimsSummary(report, options));
    await writeFiles(read, flags, host);
  }
  requireWhole(report);
}

/** @throws Interrupted after Ctrl-C; Unfinished where a claim could not run */
function requireWhole({ outcome, claims: judged }: ClaimsReport): void {
  if (outcome === "stopped") throw new Interrupted();
  const missing = judged.filter(({ verdict }) => verdict === "not run");
  if (missing.length > 0) throw new Unfinished(`not run: ${missing.map(({ id }) => id).join(", ")}`);
}

async function list(flags: ClaimsFlags, options: TerminalOptions, host: Host): Promise<void> {
  const { only } = flags;
  const unknown = only?.find((id) => CLAIMS.every((claim) => claim.id !== id));
  if (unknown !== undefined) {
    const ids = CLAIMS.map(({ id }) => id);
    const near = nearest(unknown, ids);
    const remedy = near === undefined ? `the first of ${ids.length} is ${ids[0]}` : `did you mean ${near}?`;
    throw new EvanesceError("--only", "the id of a claim", unknown, remedy);
  }
  const chosen = CLAIMS.filter(({ id }) => only === undefined || only.includes(id));
  if (flags.json) {
    const rows = chosen.map(({ id, topic, sentence, criterion, experiment }) => ({
      ...{ id, topic: TOPICS[topic], sentence, conditions: criterion, experiment },
    }));
    for (const piece of jsonText({ schema: "evanesce.claims-list/1", claims: rows })) await host.stdout.write(piece);
    return;
  }
  let topic = "";
  for (const claim of chosen) {
    if (claim.topic !== topic) await host.stdout.write(`${topic === "" ? "" : "\n"}${topicText(claim.topic, options)}`);
    topic = claim.topic;
    const criterion = criterionSentence(claim.criterion);
    await host.stdout.write(claimToEntry({ ...claim, criterion }, options));
  }
}

/** One line on a terminal, rewritten in place: which claim, and what is left by the rate so far; elsewhere nothing. */
function line({ stderr }: Host, quiet: boolean) {
  const silent = quiet || !stderr.isTTY;
  const start = performance.now();
  return {
    show: async ({ index, count, id }: { index: number; count: number; id: string }) => {
      if (silent) return;
      const elapsed = (performance.now() - start) / 1000;
      const rate = `${significant((60 * index) / elapsed, 2)} a minute  ${duration((elapsed / index) * (count - index))} left  `;
      await stderr.write(`\r\u001b[2K${index + 1} of ${count}  ${index === 0 ? "" : rate}${id}`);
    },
    clear: async () => {
      if (!silent) await stderr.write("\r\u001b[2K");
    },
  };
}
