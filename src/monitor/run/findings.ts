import { MISSING, type RecordTensor, type Run } from "../../records/index.ts";
import { count, counted, percent, power, significant } from "../../words/numbers.ts";
import { list } from "../../words/phrases.ts";
import { doubtOfOrder } from "../order.ts";
import { branchesOf } from "./memory.ts";
import { isAlongTime } from "./time.ts";
import type { RunFinding } from "./types.ts";

/** At most this many names are listed; the others are counted. */
const SPELLED = 3;
/** Least share of entries lost in float16 that is reported. */
const MUCH = 0.05;

/** Further findings of a record: its order, tensors without a gradient, updates, and how the record was read. */
export function findingsOf(run: Run): RunFinding[] {
  if (run.header === null) return [];
  const along = isAlongTime(run);
  return [
    ...(along ? [] : [...orderFindings(run), ...branchFindings(run)]),
    ...tensorFindings(run),
    ...(along ? [] : recurrentFinding(run)),
    ...underflow(run),
    ...clipping(run),
    ...scaler(run),
    ...reading(run),
  ];
}

const finding = (label: string, text: string): RunFinding => ({ label, text });

/** `a, b and c`, `a, b, c and 4 more`. */
function names(tensors: readonly { readonly name: string }[]): string {
  const all = tensors.map(({ name }) => name);
  return all.length <= SPELLED
    ? list(all)
    : `${all.slice(0, SPELLED).join(", ")} and ${count(all.length - SPELLED)} more`;
}

/** The findings if the names or the numbers contradict the recorded order. */
function orderFindings(run: Run): RunFinding[] {
  const order = run.options.order === undefined ? (run.header?.order ?? "unknown") : "given";
  const layers = run.layers.map(({ name }) => name);
  if (layers.length < 2) return [];
  const how = "give the order with --order, nearest the input first";
  const isKnown = order === "forward" || order === "given" || order === "layers";
  const lnNorms = run.medians().map(({ lnNorm }) => lnNorm);
  const doubt = doubtOfOrder(layers, lnNorms, isKnown);
  if (doubt !== null) return [finding("Order", `${doubt}; ${how}.`)];
  if (isKnown) return [];
  return [
    finding("Order", `The layers are in the order of the record, which may differ from that of the model; ${how}.`),
  ];
}

/** Most branches that are listed. */
const MOST_BRANCHES = 4;

function branchFindings(run: Run): RunFinding[] {
  const branches = branchesOf(run);
  if (branches.length < 2) return [];
  const name = (l: number) => run.layers[l].name;
  const each = branches.slice(0, MOST_BRANCHES).map(({ layers, gain }) => {
    const last = name(layers[layers.length - 1]);
    return `${name(layers[0])} gets ${power(gain)} of the gradient of ${last}`;
  });
  const more = branches.length > MOST_BRANCHES ? `; ${count(branches.length - MOST_BRANCHES)} more` : "";
  return [
    finding(
      "Branches",
      `There are ${counted(branches.length, "path")} from an input to the loss: ${each.join("; ")}${more}. The first one is judged.`,
    ),
  ];
}

/** Tensors without a gradient, frozen, tied, or outside the optimizer. */
function tensorFindings(run: Run): RunFinding[] {
  const tensors = run.header?.tensors ?? [];
  const pick = (holds: (tensor: RecordTensor, i: number) => boolean) => tensors.filter(holds);
  const { present, absent } = run.last;
  const none = pick(({ frozen }, i) => !frozen && absent[i] > 0 && present[i] === 0);
  const sometimes = pick(({ frozen }, i) => !frozen && absent[i] > 0 && present[i] > 0);
  const frozen = pick((tensor) => tensor.frozen === true).map(({ name }) => ({ name }));
  for (const name of run.header?.frozen ?? []) frozen.push({ name });
  const outside = pick((tensor) => tensor.unoptimized === true);
  const tied = pick((tensor) => (tensor.tied?.length ?? 0) > 0);
  const rows: RunFinding[] = [];
  if (none.length > 0)
    rows.push(
      finding("No gradient", `${names(none)}: the loss does not depend on ${none.length === 1 ? "it" : "them"}.`),
    );
  if (sometimes.length > 0) rows.push(finding("Sometimes", `${names(sometimes)} had a gradient only in some updates.`));
  if (frozen.length > 0) rows.push(finding("Frozen", `${names(frozen)}.`));
  if (outside.length > 0)
    rows.push(
      finding(
        "Not updated",
        `${names(outside)}: ${outside.length === 1 ? "it is" : "they are"} in no parameter group of the optimizer.`,
      ),
    );
  for (const { name, tied: others = [] } of tied) {
    const text = `${list([name, ...others])} are one tensor. Its gradient is the sum over all its places, so it is no station of the path.`;
    rows.push(finding("Tied", text));
  }
  return rows;
}

/** The gradient of recurrent weights is a sum over the steps. */
function recurrentFinding(run: Run): RunFinding[] {
  const layer = run.header?.tensors.find(({ name }) => /(weight_hh|recurrent_kernel)/.test(name))?.layer;
  if (layer === undefined || run.stations !== null) return [];
  const text = `The gradient of the weights of ${layer} is a sum over all steps, so it does not show whether the gradient vanishes along the steps. Record along time to see that.`;
  return [finding("Time", text)];
}

function underflow(run: Run): RunFinding[] {
  const tensors = run.header?.tensors ?? [];
  const lost = tensors.filter((_, i) => run.last.underflow[i] > MUCH);
  if (lost.length === 0) return [];
  const most = Math.max(...run.last.underflow);
  return [finding("Float16", `${names(lost)}: up to ${percent(most)} of the entries would be zero as float16.`)];
}

function clipping({ clipping: { known, engaged, least, lnSum } }: Run): RunFinding[] {
  if (known === 0) return [];
  if (engaged === 0) return [finding("Clipping", `it changed none of ${counted(known, "update")}`)];
  const typical = significant(Math.exp(lnSum / engaged), 2);
  const text = `it changed ${percent(engaged / known)} of ${counted(known, "update")}; it typically multiplied the gradient by ${typical}, and by ${significant(least, 2)} in the strongest case`;
  return [finding("Clipping", text)];
}

function scaler({ scaler: { known, skipped, last } }: Run): RunFinding[] {
  if (known === 0) return [];
  return [
    finding(
      "Loss scale",
      `it is ${count(last)} now; the scaler skipped ${count(skipped)} of ${counted(known, "update")}`,
    ),
  ];
}

/** How the record was read, and what the figures leave out. */
function reading(run: Run): RunFinding[] {
  const parts = [`the verdict uses the last ${counted(Math.min(run.window, run.measured), "update")}`];
  const { stride } = run.lnNorm;
  if (stride > 1) parts.push(`a column of the maps is the mean of ${stride} updates`);
  if (run.torn > 0)
    parts.push(`${counted(run.torn, "line")} of the file ${run.torn === 1 ? "is" : "are"} incomplete and left out`);
  if (run.repeated > 0)
    parts.push(
      `${counted(run.repeated, "update")} ${run.repeated === 1 ? "is" : "are"} repeated or out of order and left out`,
    );
  const text = `${parts.join("; ")}.`;
  return [
    finding("Read", text[0].toUpperCase() + text.slice(1)),
    ...(run.header?.notes ?? []).map((note) => finding("Note", note)),
  ];
}

/** The size of a layer's last update: ln of the root mean square of Δw; null if not known. */
export function lnStepOf(run: Run, layer: number): number | null {
  const { main } = run.layers[layer];
  const step = run.last.updateNorm[main];
  if (step === MISSING || run.header?.tensors[main].shape === undefined) return null;
  return Math.log(step) - 0.5 * Math.log(run.sizeOf(main));
}

/** e^ln as `1.2e-5`, for tables. */
export const stepText = (ln: number | null): string => (ln === null ? "" : power(ln));
