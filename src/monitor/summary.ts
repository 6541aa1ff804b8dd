import { causeRemedy, movedSentence, RUN_REMEDY, stateRemedy } from "../diagnosis/index.ts";
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
  const over = `from ${from} back to ${to}, over ${count(last - worst)},`;
  const { nonfinite } = memory;
  if (nonfinite !== null) {
    const { step, name, what } = nonfinite;
    if (what === "loss")
      return `The loss is NaN or infinite since step ${step}, before any recorded weight was: it, or the forward pass, is where it began.`;
    return `NaN or infinity since step ${step}; of the recorded ${what === "weight" ? "weights" : "gradients"} it began in ${name}.`;
  }
  switch (verdict) {
    case "vanishing":
    case "exploding":
      return gain === Number.NEGATIVE_INFINITY
        ? `The gradient vanishes: ${over} its norm has shrunk to less than a float32 holds.`
        : `${movedSentence(over, "its norm", gain)}.`;
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

/** What to do, in a line: in the words of the judge of flows, but where only a record can tell. */
export function advise({ memory, verdict, state, causes }: Facts): string {
  const factor = causes[0]?.factor;
  switch (verdict) {
    case "nonfinite":
      return memory.nonfinite?.what === "gradient"
        ? "Look for a division, logarithm or root of zero behind that layer; clipping cannot help a NaN."
        : RUN_REMEDY;
    case "dead":
      return factor === "saturation" || factor === "dead-units"
        ? causeRemedy(factor, false)
        : "Look for what cuts the graph: frozen layers, a stopped gradient, an activation that is 0 everywhere, or a loss of constants.";
    case "exploding":
    case "vanishing":
      return causeRemedy(factor ?? "every-layer", verdict === "exploding");
    default:
      return stateRemedy(state);
  }
}
