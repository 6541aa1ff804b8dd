import type { Facts } from "./facts.ts";
import { counted, nats, power, ratio, significant } from "../words/numbers.ts";

/** What a good engineer would say, with the numbers. */
export function summarize(facts: Facts): string {
  return [path(facts), loss(facts), updates(facts)].filter((sentence) => sentence !== "").join(" ");
}

function path({ memory, layers, verdict, worst, state }: Facts): string {
  const last = layers.length - 1;
  const [from, to] = [layers[last].name, layers[worst].name];
  const { gain } = layers[worst];
  const { nonfinite } = memory;
  if (nonfinite !== null) {
    const { step, name, what } = nonfinite;
    if (what === "loss")
      return `The loss is NaN or infinite since step ${step}, before any recorded weight was: it, or the forward pass, is where it began.`;
    return `NaN or infinity since step ${step}; of the recorded ${what === "weight" ? "weights" : "gradients"} it began in ${name}.`;
  }
  switch (verdict) {
    case "vanishing":
      return `The gradient vanishes: from ${from} back to ${to} its norm shrinks ${gain === Number.NEGATIVE_INFINITY ? "to less than a float32 holds" : `by a factor of ${ratio(gain)} (${nats(gain)} nats)`}, over ${count(last - worst)}.`;
    case "exploding":
      return `The gradient explodes: from ${from} back to ${to} its norm grows by a factor of ${ratio(gain)} (${nats(gain)} nats), over ${count(last - worst)}.`;
    case "dead": {
      if (worst === last) return "The loss sends back a gradient of exactly zero: no layer receives any.";
      const zero = layers.findLastIndex((layer) => layer.gain === Number.NEGATIVE_INFINITY);
      return `The gradient is dead: exactly zero in ${layers[zero].name}${zero === 0 ? "" : ` and all ${zero} before it`}.`;
    }
    default:
      if (layers[last].lnGradientNorm === Number.NEGATIVE_INFINITY) return "No gradient is sent back any more.";
      return last === 0
        ? `One layer, ${from}, has no path to judge.`
        : `The path is sound: from ${from} back to ${layers[0].name} the norm changes by a factor of ${ratio(layers[0].gain)} (${nats(layers[0].gain)} nats) over ${count(last)}${state === "converged" ? ", small as all of it is" : ""}.`;
  }
}

const count = (n: number): string => counted(n, "layer");

function loss({ memory, state }: Facts): string {
  const { losses, firstLoss, options } = memory;
  const now = significant(losses.values[losses.values.length - 1] ?? Number.NaN);
  const start =
    options.baseline === undefined
      ? `the first one, ${significant(firstLoss ?? Number.NaN)}`
      : `the trivial answer's, ${significant(options.baseline)}`;
  switch (state) {
    case "converged":
      return `The run has converged: the loss is ${now}, against ${start}; small gradients are success, not decay.`;
    case "plateau":
      return options.baseline === undefined
        ? `The loss does not move: ${now}, against ${start}.`
        : `The loss is still that of the best trivial answer: ${now}, against ${significant(options.baseline)}.`;
    case "diverging":
      return `The run diverges: the loss is ${now}, against ${start}, and was as low as ${significant(memory.leastLoss ?? Number.NaN)}.`;
    case "above-trivial":
      return `The loss stands at ${now}, above ${start}.`;
    case "constant-labels":
      return "The best constant answer has loss 0: the labels carry nothing.";
    case "training":
      return `The loss is ${now}, against ${start}.`;
    default:
      return "";
  }
}

/** Layers whose steps leave the range in which training works. */
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
    ...say(slow, `move by as little as ${least} of their norm a step`),
    ...say(fast, "move by more than a tenth of their norm a step"),
  ].join(" ");
}

/** What to do, in a line. */
export function advise({ memory, verdict, state, causes }: Facts): string {
  switch (verdict) {
    case "nonfinite":
      return memory.nonfinite?.what === "gradient"
        ? "Look for a division, logarithm or root of zero behind that layer; clipping cannot help a NaN."
        : "Lower the learning rate, clip the gradient's norm, and look for infinities in the inputs.";
    case "exploding":
      return "Clip the gradient's norm now; then lower the weights' gain, or add a normalization.";
    case "dead":
      if (causes[0]?.factor === "saturation")
        return "Bring the pre-activations back to unit variance: smaller weights or scaled inputs, or a normalization before the activation.";
      return causes[0]?.factor === "dead-units"
        ? "Open the units again: biases at 0, a smaller learning rate, or a leaky rectifier."
        : "Look for what cuts the graph: frozen layers, a stopped gradient, an activation that is 0 everywhere, or a loss of constants.";
    case "blocked":
      return state === "diverging"
        ? "Lower the learning rate, tenfold at first, and clip the gradient's norm."
        : "Scale inputs and targets to mean 0 and variance 1, and try rates a tenth and ten times as large.";
    case "vanishing":
      switch (causes[0]?.factor) {
        case "saturation":
          return "Bring the pre-activations back to unit variance: smaller weights or inputs, or a normalization before the activation.";
        case "dead-units":
          return "Open the units again: biases at 0, a smaller learning rate, or a leaky rectifier.";
        case "one-layer":
          return "Look at that place: its weights' size, its activation, and whether it is meant to let a gradient through.";
        default:
          return "Use a rectifier with He initialization, residual blocks, or a normalization.";
      }
    default:
      switch (state) {
        case "converged":
          return "Nothing to do: stop, or lower the learning rate.";
        case "plateau":
        case "constant-labels":
          return "Nothing to do for the path: check labels, inputs and learning rate.";
        default:
          return "Nothing to do for the path.";
      }
  }
}
