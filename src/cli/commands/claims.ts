import { CLAIMS, type ClaimsReport, claims as runClaims, labeledTable, TOPICS } from "../../experiments/index.ts";
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
import { EvanesceError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { significant } from "../../words/numbers.ts";
import { readBytes } from "../files.ts";
import { commandLine } from "../command-line.ts";
import { command } from "../command.ts";
import { type CommandContext, type Sink, Unfinished } from "../context.ts";
import { examples } from "../help.ts";
import { FILES, requireFiles, writeFiles } from "../options/files.ts";
import { group, nothingLeft, option, optionWithDefault } from "../options/option.ts";
import { threads, whole } from "../options/parsers.ts";
import { terminal, terminalOptions } from "../options/terminal.ts";
import { duration } from "../progress.ts";
import { showResult } from "../show-result.ts";

/** `evanesce claims`: tests sentences about vanishing gradients, each by an experiment. */
export const claims = command({
  name: "claims",
  summary: `Run ${CLAIMS.length} experiments, one for each claim about vanishing gradients, and judge the claims by the numbers.`,
  options: {
    choice: group("Claims", [
      option("--only <ids...>", "run only these claims and print every number that they measure", {
        names: CLAIMS.map(({ id }) => id),
        fills: "only",
      }),
      option("--full", "run the longer study, which takes hours: more seeds, larger networks, longer sequences"),
      option("--list", "list the claims and their criteria; run nothing"),
      option(
        "--data <file>",
        "real digits for the claims on generalization: a CSV file of pixels with the class in the last column",
      ),
      optionWithDefault("--seed <n>", "whole number from which every seed follows", 0, {
        parse: whole(),
        fills: "seed",
      }),
      optionWithDefault(
        "--threads <n>",
        "number of claims that run at once, each on a worker thread; auto uses every core",
        "auto",
        {
          parse: threads,
        },
      ),
    ]),
    files: FILES,
    terminal: terminal("evanesce.claims/1"),
  },
  help: [
    `\nVerdicts:
  holds          every condition of the criterion is met: the whole 95 %
                 interval of its number lies on the right side of the bound
  holds partly   some conditions are met; the verdict says which are not
  does not hold  no condition is met, or a control failed
  not run        something that the claim needs is missing
Every verdict is a result, so the exit code is 0. It is 3 if a claim could not
run, and 130 after Ctrl-C.`,
    examples(
      ["evanesce claims", "all claims, in a few minutes"],
      ["evanesce claims --only power-law-at-criticality", "one claim, with every number"],
      ["evanesce claims --json > claims.json", "numbers, criteria, verdicts and figures as data"],
    ),
  ],
  run: async ({ choice, ...output }, context) => {
    const { only, full, list, data, seed, threads, ...more } = choice;
    nothingLeft(more);
    const { json, quiet } = output.terminal;
    const { stdout, signal } = context;
    const options = terminalOptions(output.terminal, context);
    if (list) return listClaims(only, json, options, stdout);
    const digits = data === undefined ? undefined : labeledTable(readBytes(data), data);
    await requireFiles(output.files);
    const run = runClaims({ only, seed, digits, threads, size: full ? "full" : "reduced", signal });
    const progress = createClaimsProgress(context, quiet);
    let topic = "";
    for await (const event of run) {
      if (event.event === "begin") {
        await progress.show(event);
        continue;
      }
      await progress.clear();
      if (json) continue;
      const { claim } = event;
      if (claim.topic !== topic && !quiet) await stdout.write(`${topicText(claim.topic, options)}\n`);
      topic = claim.topic;
      const text = quiet ? claimToLine : only === undefined ? claimToText : claimToDetails;
      await stdout.write(text(claim, options));
    }
    await progress.clear();
    const report = await run.result;
    const read = { schema: "evanesce.claims/1", result: report, command: commandLine(context) } as const;
    if (json) await showResult(read, output, context);
    else {
      if (report.claims.length > 0) await stdout.write(claimsSummary(report, options));
      await writeFiles(read, output.files, context);
    }
    requireWhole(report, signal);
  },
});

/** @throws the signal's reason after Ctrl-C, or Unfinished if a claim could not run */
function requireWhole({ outcome, claims: judged }: ClaimsReport, signal: AbortSignal): void {
  if (outcome === "stopped") throw signal.reason;
  const missing = judged.filter(({ verdict }) => verdict === "not run");
  if (missing.length > 0) throw new Unfinished(`not run: ${missing.map(({ id }) => id).join(", ")}`);
}

async function listClaims(
  only: readonly string[] | undefined,
  json: true | undefined,
  options: TerminalOptions,
  stdout: Sink,
): Promise<void> {
  const unknown = only?.find((id) => CLAIMS.every((claim) => claim.id !== id));
  if (unknown !== undefined) {
    const ids = CLAIMS.map(({ id }) => id);
    const near = nearest(unknown, ids);
    const remedy = near === undefined ? `the first of ${ids.length} is ${ids[0]}` : `did you mean ${near}?`;
    throw new EvanesceError("--only", "the id of a claim", unknown, remedy);
  }
  const chosen = CLAIMS.filter(({ id }) => only === undefined || only.includes(id));
  if (json) {
    const rows = chosen.map(({ id, topic, sentence, criterion, experiment }) => ({
      ...{ id, topic: TOPICS[topic], sentence, conditions: criterion, experiment },
    }));
    for (const piece of jsonText({ schema: "evanesce.claims-list/1", claims: rows })) await stdout.write(piece);
    return;
  }
  let topic = "";
  for (const claim of chosen) {
    if (claim.topic !== topic) await stdout.write(`${topic === "" ? "" : "\n"}${topicText(claim.topic, options)}`);
    topic = claim.topic;
    await stdout.write(claimToEntry({ ...claim, conditions: claim.criterion }, options));
  }
}

/** Shows the claim in progress and the time that is left on one line of a terminal. Writes nothing elsewhere. */
function createClaimsProgress({ stderr }: CommandContext, quiet: true | undefined) {
  const silent = quiet === true || !stderr.isTTY;
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
