import {
  causeRemedy,
  NONFINITE_INPUT_REMEDY,
  movedSentence,
  RUN_REMEDY,
  stateRemedy,
  tensorRemedy,
} from "../diagnosis/index.ts";
import type { Facts } from "./facts.ts";
import { TOO_LARGE } from "./obstacles.ts";
import { doubtOfOrder } from "./order.ts";
import { counted, nats, power, ratio, significant } from "../words/numbers.ts";

/** The summary with the most important numbers. */
export function summarize(facts: Facts): string {
  return [path(facts), loss(facts), updates(facts), order(facts)].filter((sentence) => sentence !== "").join(" ");
}

function path({ memory, layers, ofBiases, verdict, worst, state }: Facts): string {
  const last = layers.length - 1;
  const [from, to] = [layers[last].name, layers[worst].name];
  const { gain } = layers[worst];
  const over = `from ${from} back to ${to}, over ${count(last - worst)},`;
  const { nonfinite } = memory;
  if (nonfinite !== null) {
    const { step, name, what } = nonfinite;
    if (what === "loss")
      return `The loss is NaN or infinite since step ${step}. No recorded weight was so before, so it began in the forward pass or in the loss.`;
    return `There is a NaN or infinity since step ${step}. Among the recorded ${what === "weight" ? "weights" : "gradients"} it began in ${name}.`;
  }
  switch (verdict) {
    case "vanishing":
    case "exploding":
      return gain === Number.NEGATIVE_INFINITY
        ? `The gradient vanishes: ${over} its norm has become too small for a float32.`
        : `${movedSentence(over, ofBiases ? "the norm of its biases' gradients" : "its norm", gain)}.`;
    case "dead": {
      if (worst === last) return "The loss sends back a gradient of exactly zero, so no layer gets a gradient.";
      const zero = layers.findLastIndex((layer) => layer.gain === Number.NEGATIVE_INFINITY);
      return `The gradient is dead: exactly zero in ${layers[zero].name}${zero === 0 ? "" : ` and all ${zero} before it`}.`;
    }
    default:
      if (layers[last].lnGradientNorm === Number.NEGATIVE_INFINITY) return "The loss sends no gradient back any more.";
      return last === 0
        ? `There is a single layer, ${from}, so there is no path to judge.`
        : `The path is sound: from ${from} back to ${layers[0].name} the norm changes by a factor of ${ratio(layers[0].gain)} (${nats(layers[0].gain)} nats) over ${count(last)}${state === "converged" ? "; all of it is small" : ""}.`;
  }
}

const count = (n: number): string => counted(n, "layer");

function loss({ memory, state }: Facts): string {
  const { losses, firstLoss, options } = memory;
  const now = significant(losses.values[losses.values.length - 1] ?? Number.NaN);
  const start =
    options.baseline === undefined
      ? `the first one, ${significant(firstLoss ?? Number.NaN)}`
      : `that of the trivial answer, ${significant(options.baseline)}`;
  switch (state) {
    case "converged":
      return `The run has converged: the loss is ${now}, compared with ${start}. Small gradients are a sign of success here.`;
    case "plateau":
      return options.baseline === undefined
        ? `The loss does not change: it is ${now}, compared with ${start}.`
        : `The loss is still that of the best trivial answer: ${now}, compared with ${significant(options.baseline)}.`;
    case "diverging":
      return `The run diverges: the loss is ${now}, compared with ${start}, and was as low as ${significant(memory.leastLoss ?? Number.NaN)}.`;
    case "above-trivial":
      return `The loss is flat at ${now}, above ${start}.`;
    case "constant-labels":
      return "The best constant answer has loss 0: the labels carry no information.";
    case "training":
      return `The loss is ${now}, compared with ${start}.`;
    default:
      return "";
  }
}

/** The layers whose updates are outside the range in which training works. */
function updates({ layers }: Facts): string {
  const known = layers.flatMap(({ name, lnUpdateRatio }) =>
    lnUpdateRatio === null ? [] : [{ name, decades: lnUpdateRatio / Math.LN10 }],
  );
  const still = known.filter(({ decades }) => decades === Number.NEGATIVE_INFINITY);
  const slow = known.filter(({ decades }) => decades < -4 && decades !== Number.NEGATIVE_INFINITY);
  const fast = known.filter(({ decades }) => decades > -1);
  const least = power(Math.min(...slow.map(({ decades }) => decades)) * Math.LN10);
  const say = (some: readonly { name: string }[], what: string) => {
    if (some.length === 0) return [];
    const who = some.length === 1 ? some[0].name : `${some[0].name} and ${some.length - 1} more`;
    return [`The weights of ${who} ${what}.`];
  };
  return [
    ...say(still, "do not move at all"),
    ...say(slow, `move by only ${least} of their norm at each step`),
    ...say(fast, "move by more than a tenth of their norm at each step"),
  ].join(" ");
}

/** Why the order of the layers may be wrong, if the caller did not give it. */
function order({ memory: { options }, layers }: Facts): string {
  if (options.order !== undefined || options.axis === "step") return "";
  const names = layers.map(({ name }) => name);
  const lnNorms = layers.map(({ lnGradientNorm }) => lnGradientNorm);
  const doubt = doubtOfOrder(names, lnNorms, false);
  return doubt === null ? "" : `${doubt}; give the layers' names, nearest the input first, as the option order.`;
}

/** The advice, in one line: the same as for flows, except where a record shows something else. */
export function advise({ memory, verdict, state, causes }: Facts): string {
  const { factor, tensor } = causes[0] ?? {};
  // a run that diverges may end with a faulty path or a NaN; only an exploding path is a more urgent fault than
  // divergence
  if (state === "diverging" && verdict !== "exploding" && memory.nonfinite?.what !== "weight") return TOO_LARGE;
  if (tensor !== undefined) return tensorRemedy(tensor, factor === "bias");
  switch (verdict) {
    case "nonfinite":
      if (memory.nonfinite?.what === "gradient") {
        return "Look for a division, logarithm or root of zero after that layer. Clipping does not help a NaN.";
      }
      return memory.nonfinite?.what === "weight" && memory.nonfinite.step === memory.firstStep
        ? NONFINITE_INPUT_REMEDY
        : RUN_REMEDY;
    case "dead":
      return factor === "saturation" || factor === "dead-units"
        ? causeRemedy(factor, false)
        : "Look for the place where the graph is cut: frozen layers, a stopped gradient, an activation that is 0 everywhere, or a loss of constants.";
    case "exploding":
    case "vanishing":
      return causeRemedy(factor ?? "every-layer", verdict === "exploding");
    default:
      return stateRemedy(state);
  }
}
