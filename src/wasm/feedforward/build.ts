import { residualFacts } from "../../catalogue/index.ts";
import type { FeedforwardSpec } from "../../spec/feedforward.ts";
import { layerBlocks, layerFans, layerWidths } from "../../spec/layer-blocks.ts";
import { activationNumber } from "../kernels.ts";
import { ledgerIntervals } from "./intervals.ts";
import { layerSteps, type Step } from "./steps.ts";
import { tapeStorage } from "./storage.ts";
import type { BlockOperations, Rows, Tape, TapeOperation, TapeValue } from "./tape.ts";

/*
 * Layer l, by position of the activation (N: the normalization, before or after it):
 *
 *   branch, post   F_l(u) = φ(N(W_l u + b_l)), or N(φ(·)); dropout comes last
 * pre F_l(u) = W_l φ(N(u)) + b_l, or W_l N(φ(u)), with dropout before W_l; the stem is linear
 *
 * Block of layers first … last: h_last = N_post(join(h_{first−1}, F_last ∘ … ∘ F_first ∘ N_pre(h_{first−1}))); under
 * `post` the last φ and the N after it follow the join. A layer of a dense network reads all earlier stations, which
 * are parts of one tensor.
 *
 * Storage: forward, every step of a series W, N, φ writes into the series' result. Backward, a series uses one of two
 * inner buffers, and changes to the other at every W.
 */

/**
 * @param kept whether block k's branch is kept, under stochastic depth; null: every branch at its expected strength
 * @param asksInput whether ∂L/∂ of the network's input is wanted
 */
export function buildTape(
  spec: FeedforwardSpec,
  inputs: number,
  outputs: number | null,
  kept: readonly boolean[] | null,
  asksInput = false,
): Tape {
  const widths = layerWidths(spec);
  const blocks = layerBlocks(spec);
  const fans = layerFans(spec, inputs);
  const { join: joining, branch: multiplier } = residualFacts(spec.residual);
  const dense = joining === "concatenation";
  const skips = blocks.filter(({ residual }) => residual).length;
  const { tensors, offsets, rowsOf, stationValue, earlier, inner, other } = tapeStorage(widths, fans, outputs, dense);
  const { weights, normed, withActivation } = layerSteps(spec, widths);

  const operations: TapeOperation[] = [];
  let slots = spec.depth;
  const stations: TapeValue[] = [];
  const activations = new Array<number>(spec.depth).fill(-1);
  const layerIndex = new Array<number>(spec.depth).fill(-1);
  const blockOperations: BlockOperations[] = [];

  const push = (
    operation: Partial<TapeOperation> & Pick<TapeOperation, "code" | "name" | "x" | "out">,
  ): TapeOperation => {
    const full: TapeOperation = {
      kind: 0,
      y: null,
      z: null,
      weight: null,
      bias: null,
      factor: 1,
      outSlot: stations.length > 0 && operation.out === stations[stations.length - 1] ? stations.length - 1 : -1,
      xSlot: slots++,
      ySlot: -1,
      partSlot: -1,
      priorSlot: -1,
      partFrom: 0,
      partRows: 0,
      ...operation,
    };
    operations.push(full);
    return full;
  };

  /** Appends a series of operations from x to `target`. */
  const series = (
    x: TapeValue,
    steps: readonly Step[],
    target: TapeValue,
    label: string,
    part?: number,
  ): TapeOperation[] => {
    // from the last step to the first: choose the tensor that each step writes
    const outs: TapeValue[] = new Array<TapeValue>(steps.length);
    let out = target;
    for (let i = steps.length - 1; i >= 0; i--) {
      outs[i] = out;
      if (i === 0) break;
      const { code } = steps[i];
      const rows = steps[i - 1].rows;
      const keepsInput = code === "dense" || code === "prelu"; // these operations must not overwrite their input
      const own = out.gradient as Rows;
      const isInner = own.of === "buffer";
      out = {
        rows,
        data: keepsInput ? rowsOf(`${label}.${i}`, rows) : { ...out.data },
        gradient: code === "dense" ? (isInner ? other(own) : inner(0)) : isInner ? own : inner(0),
      };
    }
    let from = x;
    return steps.map((step, i) => {
      const parts =
        i === 0 && part !== undefined
          ? { partSlot: slots++, priorSlot: slots++, partFrom: offsets[part], partRows: widths[part] }
          : {};
      const kind = step.activation === undefined ? (step.layer ?? 0) : activationNumber(step.activation);
      const operation = push({
        code: step.code,
        name: step.name,
        kind,
        x: from,
        out: outs[i],
        weight: step.weight,
        bias: step.bias,
        ...(step.factor === undefined ? {} : { factor: step.factor }),
        ...parts,
      });
      from = outs[i];
      return operation;
    });
  };

  const note = (l: number, laid: readonly TapeOperation[]) => {
    for (const operation of laid) {
      if (operation.name === "gate") activations[l] = operations.indexOf(operation);
      if (operation.name === "weights") layerIndex[l] = operations.indexOf(operation);
    }
  };

  // the stem
  const input: TapeValue = {
    rows: inputs,
    data: rowsOf("inputs", inputs),
    gradient: asksInput ? rowsOf("dinputs", inputs) : null,
  };
  stations.push(stationValue(0));
  const stem =
    spec.activationPosition === "pre"
      ? [weights(0)]
      : [weights(0), ...normed("before", 0, widths[0]), ...withActivation(0, widths[0])];
  note(0, series(input, stem, stations[0], "stem"));

  for (const block of blocks) {
    const { first, last, residual, index } = block;
    const laid: TapeOperation[][] = [];
    const from = stations[first - 1];
    let u = dense ? earlier(first) : from;
    const behind = spec.activationPosition === "post" ? withActivation(last, widths[last]) : [];
    const tailSteps = [...normed("post", last, widths[last]), ...behind];
    const branchEnds = residual; // before a join, the branch has a value of its own
    const stepsOf = (l: number): Step[] => {
      const lead = l === first ? normed("pre", l, fans[l]) : [];
      if (spec.activationPosition === "pre") {
        return [...lead, ...normed("before", l, fans[l]), ...withActivation(l, fans[l]), weights(l)];
      }
      const ends = spec.activationPosition === "branch" || l < last;
      return [...lead, weights(l), ...normed("before", l, widths[l]), ...(ends ? withActivation(l, widths[l]) : [])];
    };
    for (let l = first; l < last; l++) {
      stations.push(stationValue(l));
      laid.push(series(u, stepsOf(l), stations[l], `l${l}`, dense ? l - 1 : undefined));
      note(l, laid[l - first]);
      u = stations[l];
    }
    stations.push(stationValue(last));
    const station = stations[last];
    let join: TapeOperation | null = null;
    let gate: TapeOperation | null = null;
    let tail: TapeOperation[] = [];
    if (!branchEnds) {
      const all = series(u, [...stepsOf(last), ...tailSteps], station, `l${last}`, dense ? last - 1 : undefined);
      const own = stepsOf(last).length;
      laid.push(all.slice(0, own));
      tail = all.slice(own);
      note(last, all);
    } else {
      const H = widths[last];
      const branch: TapeValue = { rows: H, data: rowsOf(`branch${last}`, H), gradient: inner(0) };
      laid.push(series(u, stepsOf(last), branch, `l${last}`));
      const sum: TapeValue =
        tailSteps.length === 0
          ? station
          : {
              rows: H,
              data: tailSteps[0].code === "prelu" ? rowsOf(`sum${last}`, H) : station.data,
              gradient: inner(0),
            };
      const probability = (spec.stochasticDepth * (index + 1)) / blocks.length;
      const m =
        spec.stochasticDepth === 0 || kept === null ? 1 : kept[index] && probability < 1 ? 1 / (1 - probability) : 0;
      const factor = (multiplier === "inverse-root" ? 1 / Math.sqrt(skips) : 1) * m;
      const scaled = joining === "mixture" || multiplier !== "one" || spec.stochasticDepth > 0;
      const common = { x: from, y: branch, out: sum, factor, ySlot: scaled ? slots++ : -1 };
      if (joining === "mixture") {
        const z: TapeValue = { rows: H, data: rowsOf(`gate${last}`, H), gradient: rowsOf("innerGate", H) };
        gate = push({
          code: "dense",
          name: "gating",
          x: from,
          out: z,
          weight: `gates.${index}.weight`,
          bias: `gates.${index}.bias`,
        });
        join = push({ code: "highway", name: "skip", z, ...common });
      } else {
        const learned = multiplier === "learned";
        join = push({ code: "join", name: "skip", weight: learned ? `residuals.${index}.weight` : null, ...common });
      }
      tail = tailSteps.length === 0 ? [] : series(sum, tailSteps, station, `tail${last}`);
      note(last, [...laid[last - first], ...tail]);
    }
    blockOperations.push({ block, layers: laid, join, gate, tail });
  }

  const lossFrom = operations.length;
  let output = stations[spec.depth - 1];
  if (outputs !== null) {
    const out: TapeValue = { rows: outputs, data: rowsOf("output", outputs), gradient: inner(0) };
    push({ code: "dense", name: "readout", x: output, out, weight: "readout.weight", bias: "readout.bias", xSlot: -1 });
    output = out;
  }
  return {
    operations,
    stations,
    activations,
    layers: layerIndex,
    intervals: ledgerIntervals(blockOperations, dense),
    output,
    lossFrom,
    slots: slots + 1,
    outputSlot: slots,
    tensors,
  };
}
