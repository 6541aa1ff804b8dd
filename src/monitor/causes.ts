import { concentration } from "../metrics/index.ts";
import type { ActivationNumbers } from "./activations.ts";
import { chargeFactors, type Factors } from "../diagnosis/charges.ts";
import { nats, percent, ratio } from "../words/numbers.ts";
import type { MonitorCause, MonitorLayer } from "./types.ts";

/** A factor below this part of the whole counts as rounding. */
const NEGLIGIBLE = 1e-3;
/** The nats that a sigmoid's derivative takes even at its largest value, 1/4. */
const QUARTER = Math.log(4);

/**
 * Finds the causes, as far as recorded gradients show them. The interval that ends at layer l holds φ' of l and the
 * weights of l + 1. If the outputs of layer l were recorded, they show the part of φ'. The rest is attributed to one
 * place or to all layers. The shares add up to 1.
 *
 * @param direction −1 vanishing, 1 exploding
 */
export function findCauses(
  layers: readonly MonitorLayer[],
  activations: ReadonlyMap<string, ActivationNumbers>,
  worst: number,
  direction: 1 | -1,
): MonitorCause[] {
  const last = layers.length - 1;
  const factors: Factors = new Map();
  const members = new Map<string, string[]>();
  const add = (factor: string, l: number, amount: number) => {
    const series = factors.get(factor) ?? new Float64Array(last);
    series[l] += amount;
    factors.set(factor, series);
    members.set(factor, [...(members.get(factor) ?? []), layers[l].name]);
  };
  for (let l = worst; l < last; l++) {
    const amount = layers[l].gain - layers[l + 1].gain;
    if (amount === Number.NEGATIVE_INFINITY) return [killed(layers, l)];
    if (Number.isNaN(amount)) continue;
    const { name, saturated, deadUnits } = layers[l];
    if (direction < 0 && saturated !== null && saturated > 0.5) add("saturation", l, amount);
    else if (direction < 0 && deadUnits !== null && deadUnits > 0.5) add("dead-units", l, amount);
    else if (direction < 0 && activations.get(name)?.activation === "sigmoid") {
      const own = Math.max(Math.min(amount, 0), -QUARTER);
      add("small-derivatives", l, own);
      add(REST, l, amount - own);
    } else add(REST, l, amount);
  }
  const gain = Math.abs(layers[worst].gain);
  const charges = chargeFactors(factors, { from: worst, to: last, direction, gain }, null);
  return charges
    .map(({ factor: charged, charged: nats }): MonitorCause => {
      const rest = charged === REST ? placeOfRest(layers, factors.get(REST) as Float64Array, worst, direction) : null;
      const factor = rest?.factor ?? charged;
      const names = rest?.layers ?? (members.get(charged) as string[]);
      return {
        ...{ factor, share: Math.abs(nats) / gain, nats, layers: names },
        sentence: sentenceOf(factor, nats, names, charges.length > 1),
      };
    })
    .sort((a, b) => b.share - a.share);
}

/** The part that no activation explains. */
const REST = "rest";

/** Attributes the rest to one place, or to all layers. */
function placeOfRest(
  layers: readonly MonitorLayer[],
  series: Float64Array,
  worst: number,
  direction: 1 | -1,
): { factor: string; layers: string[] } {
  const pushes = series.subarray(worst).map((amount) => Math.max(0, direction * amount));
  const left = pushes.reduce((sum, push) => sum + push, 0);
  const half = concentration(pushes);
  const many = pushes.filter((push) => push > NEGLIGIBLE * left).length;
  const span = half === null ? 0 : half.to - half.from + 1;
  const held = half === null ? 0 : pushes.slice(half.from, half.to + 1).reduce((sum, push) => sum + push, 0) / left;
  // one place: it has twice its even share of the intervals, or nearly everything if there are only one or two
  const narrow = half !== null && span <= Math.max(1, Math.floor(many / 5)) && held >= Math.min(0.9, (2 * span) / many);
  const [from, to] = narrow ? [half.from, half.to] : [0, pushes.length - 1];
  return {
    factor: narrow || pushes.length === 1 ? "one-layer" : "every-layer",
    layers: layers.slice(worst + from, worst + to + 2).map(({ name }) => name),
  };
}

/** The interval nearest the loss at which the gradient became exactly zero. */
function killed(layers: readonly MonitorLayer[], first: number): MonitorCause {
  let at = first;
  for (let l = first; l < layers.length - 1; l++) {
    if (layers[l].gain === Number.NEGATIVE_INFINITY && layers[l + 1].gain > Number.NEGATIVE_INFINITY) at = l;
  }
  const [name, next] = [layers[at].name, layers[at + 1].name];
  const { deadUnits, saturated } = layers[at];
  const common = { share: 1, nats: Number.NEGATIVE_INFINITY, layers: [name, next] };
  if (deadUnits !== null && deadUnits > 0.5) {
    const sentence = `the units of ${name} are dead: the output of ${percent(deadUnits)} is 0 for the whole batch`;
    return { ...common, factor: "dead-units", sentence };
  }
  if (saturated !== null && saturated > 0.5) {
    const sentence = `${percent(saturated)} of the outputs of ${name} are at the ends of the activation, where its derivative is zero in float32`;
    return { ...common, factor: "saturation", sentence };
  }
  const sentence = `the gradient is exactly zero from ${name} back to the input, but not in ${next}: nothing passes between them`;
  return { ...common, factor: "one-layer", sentence };
}

/** @param withOthers whether other causes were found too */
function sentenceOf(factor: string, amount: number, layers: readonly string[], withOthers: boolean): string {
  const where = layers.length === 1 ? layers[0] : `${layers[0]} to ${layers[layers.length - 1]}`;
  const times = layers.length === 1 ? "" : `, ${layers.length} layers`;
  switch (factor) {
    case "saturation":
      return `outputs are on the flat ends of the activation, where its derivative is near 0 (${nats(amount)} nats; ${where}${times})`;
    case "dead-units":
      return `the output of most units is 0 for the whole batch (${nats(amount)} nats; ${where}${times})`;
    case "small-derivatives":
      return `the derivative of sigmoid, which is at most 1/4, shrinks the gradient although no unit is saturated (${nats(amount)} nats; ${where}${times})`;
    case "one-layer":
      return `${withOthers ? "of the rest " : ""}half or more happens in one place, between ${layers[0]} and ${layers[layers.length - 1]} (${nats(amount)} nats)`;
    default: {
      const intervals = layers.length - 1;
      const each = amount / intervals;
      const factorEach = each < 0 ? `1/${ratio(each)}` : ratio(each);
      return `${withOthers ? "the rest" : "it"} happens at all layers from ${layers[layers.length - 1]} back to ${layers[0]}: each of ${intervals} layers multiplies the gradient by ${factorEach} (${nats(amount)} nats); gradients alone do not show whether derivatives or weights are the reason`;
    }
  }
}
