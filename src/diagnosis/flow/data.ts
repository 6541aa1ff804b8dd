import type { DataFlow, GradientFlow } from "../../flow/index.ts";
import { percent, significant } from "../../words/numbers.ts";
import { list } from "../../words/phrases.ts";
import { fewLoud } from "../parts/loud-samples.ts";
import { restingShare } from "./rest.ts";

/** Shares are reported only for at least this many rows. */
const ENOUGH = 20;
/** Least share of padding, of samples that are zero, and of inputs that are zero, that is reported. */
const MUCH_PADDING = 0.05;
const MUCH_EMPTY = 0.05;
const MOSTLY_ZERO = 0.9;
/** The most frequent class is reported if it is this many times as frequent as the others and has this share of all. */
const UNEVEN = 3;
const UNEVEN_LEAST = 0.5;
/** At most this many columns are named. */
const MOST_NAMES = 4;

/**
 * Remarks about the data, a sentence each, if they matter to this network. Faults that stop the network from learning
 * are not here: the parts `input` and `loss` report them.
 */
export function dataSentences(flow: GradientFlow): string[] {
  const { data } = flow;
  if (data === undefined) return [];
  return [
    clocks(data),
    duplicates(data),
    constants(data),
    padding(flow, data),
    empty(flow, data),
    zeros(flow, data),
    classes(data),
    fewLoud(flow.entrance?.loud ?? null),
  ].filter((sentence) => sentence !== null);
}

const nameOf = ({ columns }: DataFlow, column: number): string =>
  columns.find(({ index }) => index === column)?.name ?? `${column}`;

function names(data: DataFlow, columns: readonly number[]): string {
  const first = columns.slice(0, MOST_NAMES).map((column) => nameOf(data, column));
  const more = columns.length - first.length;
  return list(more > 0 ? [...first, `${more} more`] : first);
}

function clocks(data: DataFlow): string | null {
  const { length } = data.clocks;
  if (length === 0) return null;
  return `${length === 1 ? "Column" : "Columns"} ${names(data, data.clocks)} ${length === 1 ? "looks" : "look"} like time stamps: drop them, or give the time since the step before.`;
}

function duplicates(data: DataFlow): string | null {
  const { length } = data.duplicates;
  if (length === 0) return null;
  const pairs = data.duplicates
    .slice(0, MOST_NAMES)
    .map(({ column, of }) => `${nameOf(data, column)} equals ${nameOf(data, of)}`);
  const more = length > pairs.length ? [`${length - pairs.length} more`] : [];
  return `Equal columns: ${list([...pairs, ...more])}. They get equal gradients, so the second column adds nothing.`;
}

/** Columns that hold a single value, if not all columns do. */
function constants(data: DataFlow): string | null {
  const { constant, inputs, rows, columns } = data;
  if (constant === 0 || constant === inputs || rows < ENOUGH) return null;
  const found = columns.filter(({ least, most }) => least === most).map(({ index }) => index);
  const zero = columns.filter(({ least, most }) => least === 0 && most === 0).length;
  const which = found.length === constant ? ` (${names(data, found)})` : "";
  const effect =
    zero === found.length
      ? "are all zero, so their weights get no gradient"
      : "hold a single value, so their weights act as biases";
  return `${constant} of ${inputs} columns${which} ${effect} in this batch.`;
}

/** Zeros at the ends of sequences that are run as if they were data. */
function padding({ padding: knownPadding }: GradientFlow, { padding: share }: DataFlow): string | null {
  if (knownPadding !== undefined || share === undefined || share < MUCH_PADDING) return null;
  return `${percent(share)} of the steps are zeros at the ends of sequences. They are run as if they were data, and the gradient has to pass them first: give the lengths of the sequences.`;
}

/** Samples that are zero in every column. If all are, the part `input` reports it. */
function empty(flow: GradientFlow, { rows, empty: share }: DataFlow): string | null {
  if (share === undefined || share === 1 || rows < ENOUGH || share < MUCH_EMPTY) return null;
  const rests = restingShare(flow) > 0;
  const effect = rests ? ", and rectifiers pass on no gradient of theirs until the biases have moved from 0" : "";
  return `${percent(share)} of the samples are zero in every column: their outputs follow from the biases alone${effect}.`;
}

/** If almost all inputs are zero, the pre-activations are smaller than the initialization assumes. */
function zeros({ spec }: GradientFlow, { columns, rows }: DataFlow): string | null {
  if (columns.length === 0 || rows < ENOUGH) return null;
  const share = columns.reduce((sum, { zeroShare }) => sum + zeroShare, 0) / columns.length;
  if (share < MOSTLY_ZERO || share === 1) return null;
  const square = columns.reduce((sum, { rootMeanSquare }) => sum + rootMeanSquare ** 2, 0) / columns.length;
  const first = spec.kind === "recurrent" ? "first recurrent layer" : "first layer";
  return `${percent(share)} of the inputs are zero: the ${first} gets ${significant(square)} of the mean square that initializations for unit variance expect.`;
}

/** A class that most samples belong to. */
function classes({ targets }: DataFlow): string | null {
  if (targets?.kind !== "classes") return null;
  const { counts } = targets;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const most = Math.max(...counts);
  const share = most / total;
  if (total < ENOUGH || counts.length < 2 || share < UNEVEN_LEAST) return null;
  // with two classes, a share of three quarters is three times that of the other
  const others = (1 - share) / (counts.length - 1);
  if (share < UNEVEN * others) return null;
  return `${percent(share)} of the targets are class ${counts.indexOf(most)}. The constant answer "${counts.indexOf(most)}" is right as often, so compare with it, or weight the classes.`;
}
