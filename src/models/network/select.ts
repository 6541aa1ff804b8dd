/*
 * Chooses the parts of a file that are measured: all of them if this library knows each, otherwise a run of known
 * parts, preferably the one with the recurrent core.
 */
import { EvanesceError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { QUANTIZED, UNQUANTIZED } from "../quantized.ts";
import { hasWeights, type Part, partWord, type RecurrentPart, splits } from "../parts.ts";

/** Neighboring parts, and the parts before and after them. */
export interface Selection {
  readonly parts: readonly Part[];
  readonly notes: readonly string[];
}

const isCore = (part: Part): part is RecurrentPart => part.kind === "recurrent";

/**
 * @throws EvanesceError for a part that the file does not have, a file without a part that we can measure, or two cores
 * of which the caller names neither
 */
export function selected(parts: readonly Part[], part: string | undefined, file: string): Selection {
  if (part !== undefined) return { parts: named(parts, part, file), notes: [] };
  const runs = runsOf(parts);
  const measurable = runs.filter((run) => run.some((each) => isCore(each) || each.kind === "dense"));
  if (measurable.length === 0) {
    const got =
      parts.length === 0
        ? "no part"
        : parts
            .slice(0, 6)
            .map((each) => `${each.name} (${partWord(each)})`)
            .join(", ");
    const quantized = parts.some((each) => each.kind === "foreign" && each.what === QUANTIZED);
    const remedy = quantized ? UNQUANTIZED : "evanesce measures RNN, LSTM, GRU and dense layers";
    throw new EvanesceError(file, "a recurrent or a dense layer", got, remedy);
  }
  const recurrent = measurable.filter((run) => run.some(isCore));
  if (recurrent.length > 1) {
    const names = recurrent.map((run) => run.find(isCore)!.name);
    const remedy = names.map((name) => `--part ${name}`).join(" or ");
    throw new EvanesceError(file, "one recurrent core", names.join(" and "), `name the part to measure: ${remedy}`);
  }
  const dense = (run: readonly Part[]) => run.filter((each) => each.kind === "dense").length;
  const longest = measurable.reduce((best, run) => (dense(run) >= dense(best) ? run : best));
  const run = recurrent[0] ?? longest;
  const left = parts.filter((each) => !run.includes(each) && hasWeights(each));
  const notes = left.length === 0 ? [] : [alone(run, parts)];
  return { parts: run, notes };
}

function runsOf(parts: readonly Part[]): Part[][] {
  const runs: Part[][] = [[]];
  for (const part of parts) {
    if (splits(part)) runs.push([]);
    else runs.at(-1)!.push(part);
  }
  return runs.filter((run) => run.length > 0);
}

/** The parts under a name, whole components of the path from its end: `lstm` finds `model.encoder.lstm`. */
function named(parts: readonly Part[], name: string, file: string): Part[] {
  const matches = (each: Part) => each.name === name || each.name.startsWith(`${name}.`);
  let found = parts.filter((each) => each.name !== "" && matches(each));
  if (found.length === 0) {
    found = parts.filter((each) => each.name.endsWith(`.${name}`) || each.name.includes(`.${name}.`));
  }
  if (found.some((each) => isCore(each) || each.kind === "dense")) {
    const [first, last] = [parts.indexOf(found[0]), parts.indexOf(found.at(-1)!)];
    // everything between two of them belongs to the part, also an activation without a name
    const run = parts.slice(first, last + 1).filter((each) => each.name === "" || found.includes(each));
    const foreign = run.find(splits);
    if (foreign === undefined) return run;
    throw new EvanesceError(
      `part of ${file}`,
      "parts that follow each other",
      partWord(foreign),
      "name a smaller part",
    );
  }
  const ours = parts.filter((each) => isCore(each) || each.kind === "dense").map((each) => each.name);
  const near = nearest(name, ours);
  const remedy = near === undefined ? `there are ${ours.slice(0, 8).join(", ")}` : `did you mean ${near}?`;
  throw new EvanesceError(`part of ${file}`, "a recurrent or dense part of the file", name, remedy);
}

function alone(run: readonly Part[], parts: readonly Part[]): string {
  const core = run.filter((each) => hasWeights(each)).map(({ name }) => name);
  const first = parts.indexOf(run[0]);
  const last = parts.indexOf(run.at(-1)!);
  const before = parts.slice(0, first).filter(splits);
  const after = parts.slice(last + 1).filter(splits);
  const list = (each: readonly Part[]) =>
    [...new Set(each.map(({ name, ...part }) => name || partWord(part as Part)))].slice(0, 4).join(", ");
  const ends = [
    before.length === 0 ? "" : `its inputs take the place of the output of ${list(before)}`,
    after.length === 0 ? "" : `its loss takes the place of ${list(after)}`,
  ].filter((text) => text !== "");
  return core.length === 1
    ? `${core[0]} is measured alone: ${ends.join(", ")}.`
    : `${core.join(", ")} are measured alone: ${ends.join(", ").replaceAll("its ", "their ")}.`;
}
