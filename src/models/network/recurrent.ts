/*
 * A recurrent stack with what stands before and behind it.
 */
import type { RecurrentInput } from "../../spec/index.ts";
import { type DensePart, hasWeights, type Part, partWord, type RecurrentPart } from "../parts.ts";
import type { Assembled } from "./assembled.ts";
import { denseParameters, isLossActivation, lossNote } from "./dense.ts";

const directions = ({ layers }: RecurrentPart): number => (layers[0].reverse === undefined ? 1 : 2);

/** Whether `next` runs on as a further layer of one stack. */
const stacks = (part: RecurrentPart, next: RecurrentPart): boolean =>
  next.cell === part.cell &&
  next.hidden === part.hidden &&
  directions(next) === directions(part) &&
  next.inputs === part.hidden * directions(part);

export function recurrent(parts: readonly Part[], _file: string): Assembled {
  const cores = parts.filter((part): part is RecurrentPart => part.kind === "recurrent");
  // from the last core, nearest the loss, down to where it is no longer one stack
  let first = cores.length - 1;
  while (first > 0 && stacks(cores[first - 1], cores[first]) && adjacent(parts, cores[first - 1], cores[first]))
    first--;
  const stack = cores.slice(first);
  const [core] = stack;
  const taken = new Map<Part, string>(stack.map((part) => [part, "rnn"]));
  const notes: string[] = [];

  const parameters: Record<string, Float32Array> = {};
  let level = 0;
  for (const part of stack) {
    for (const layer of part.layers) {
      for (const [suffix, side] of [
        [`l${level}`, layer.forward],
        [`l${level}_reverse`, layer.reverse],
      ] as const) {
        for (const [name, values] of Object.entries(side ?? {})) parameters[`rnn.${name}_${suffix}`] = values;
      }
      level++;
    }
  }

  const before = parts.slice(0, parts.indexOf(core)).filter(hasWeights);
  if (before.length > 0) {
    notes.push(
      `${names(before)} stands before ${core.name || "the recurrent layer"} and is left out: inputs are numbers, ${core.inputs} a step.`,
    );
  }
  const behind = parts.slice(parts.indexOf(stack.at(-1)!) + 1);
  const head = behind.filter(hasWeights);
  const readout = readoutOf(behind, core.hidden * directions(core));
  if (readout !== undefined) {
    Object.assign(parameters, denseParameters(readout, "readout"));
    taken.set(readout, "readout");
    if (directions(core) === 2 && stack.at(-1)!.everyStep === undefined) {
      notes.push(
        `${readout.name} is taken to read both directions at the last step, as output[-1] does; h_n holds the reverse direction's state at the first step.`,
      );
    }
    const last = behind.find((part) => part.kind === "activation");
    if (last !== undefined && last.kind === "activation") notes.push(lossNote(last.activation));
  } else if (head.length > 0) {
    notes.push(
      `${names(head)} stands behind ${stack.at(-1)!.name || "the recurrent layer"} and is left out: the loss is of its last state.`,
    );
  }
  notes.push(...dropoutNotes(parts, stack));
  const spec: RecurrentInput = {
    kind: "recurrent",
    cell: core.cell,
    inputs: core.inputs,
    hidden: core.hidden,
    layers: level,
    ...(directions(core) === 2 ? { bidirectional: true } : {}),
    ...(readout === undefined ? {} : { outputs: readout.outputs }),
  };
  return { spec, parameters, taken, notes };
}

/** Nothing with weights stands between two layers. */
function adjacent(parts: readonly Part[], a: Part, b: Part): boolean {
  return parts
    .slice(parts.indexOf(a) + 1, parts.indexOf(b))
    .every((part) => part.kind === "dropout" || (part.kind === "foreign" && false));
}

/** The one dense layer behind the stack, where nothing but dropout and a step to the loss stands beside it. */
function readoutOf(behind: readonly Part[], width: number): DensePart | undefined {
  const computing = behind.filter((part) => part.kind !== "dropout" && part.kind !== "foreign");
  const dense = computing.filter((part): part is DensePart => part.kind === "dense");
  if (dense.length !== 1 || dense[0].inputs !== width) return undefined;
  const rest = computing.slice(computing.indexOf(dense[0]) + 1);
  const ahead = computing.slice(0, computing.indexOf(dense[0]));
  const plain = ahead.every((part) => part.kind === "pool" && part.pool === "last");
  return plain && rest.every((part) => part.kind === "activation" && isLossActivation(part.activation))
    ? dense[0]
    : undefined;
}

function dropoutNotes(parts: readonly Part[], stack: readonly RecurrentPart[]): string[] {
  const rates = parts.flatMap((part) => (part.kind === "dropout" && part.rate > 0 ? [part.rate] : []));
  for (const { dropout } of stack) if (dropout !== undefined) rates.push(dropout);
  return rates.length === 0
    ? []
    : [`Dropout (${[...new Set(rates)].join(", ")}) is left out: the pass is measured without it, as in evaluation.`];
}

const names = (parts: readonly Part[]): string => parts.map((part) => `${part.name} (${partWord(part)})`).join(", ");
