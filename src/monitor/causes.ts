import { concentration } from "../metrics/index.ts";
import type { ActivationNumbers } from "./activations.ts";
import { nats, ratio } from "../words/numbers.ts";
import type { MonitorCause, MonitorLayer } from "./types.ts";

/** A push below this part of all is rounding. */
const NEGLIGIBLE = 1e-3;
/** What sigmoid's derivative, at most 1/4, takes where it is largest. */
const QUARTER = Math.log(4);

/**
 * Who did it, as far as it shows outside. The interval that ends at layer l holds φ' of l and the weights of l + 1;
 * layer l's outputs, where they were recorded, accuse φ'. What is left is said to happen at one place or everywhere.
 * Shares add up to 1.
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
  const pushes = Float64Array.from({ length: last - worst }, (_, i) => {
    const l = worst + i;
    return Math.max(0, direction * (layers[l].gain - layers[l + 1].gain)) || 0;
  });
  const total = pushes.reduce((sum, push) => sum + push, 0);
  if (total === Number.POSITIVE_INFINITY) return [killed(layers, pushes, worst)];
  if (!(total > 0)) return [];
  const parts = new Map<string, { nats: number; layers: string[] }>();
  const accuse = (factor: string, amount: number, layer: string) => {
    const part = parts.get(factor) ?? { nats: 0, layers: [] };
    parts.set(factor, { nats: part.nats + amount, layers: [...part.layers, layer] });
  };
  const rest = pushes.slice();
  if (direction < 0) {
    pushes.forEach((push, i) => {
      const { name, saturated, deadUnits } = layers[worst + i];
      if (saturated !== null && saturated > 0.5) accuse("saturation", push, name);
      else if (deadUnits !== null && deadUnits > 0.5) accuse("dead-units", push, name);
      else if (activations.get(name)?.activation === "sigmoid") {
        accuse("small-derivatives", Math.min(push, QUARTER), name);
        rest[i] -= Math.min(push, QUARTER);
        return;
      } else return;
      rest[i] = 0;
    });
  }
  const left = rest.reduce((sum, push) => sum + push, 0);
  const half = concentration(rest);
  if (left > NEGLIGIBLE * total && half !== null) {
    const many = rest.filter((push) => push > NEGLIGIBLE * left).length;
    const span = half.to - half.from + 1;
    const held = rest.slice(half.from, half.to + 1).reduce((sum, push) => sum + push, 0) / left;
    // a place has twice its even share of the intervals, and nearly all of it where there are but one or two
    const narrow = span <= Math.max(1, Math.floor(many / 5)) && held >= Math.min(0.9, (2 * span) / many);
    const [from, to] = narrow ? [half.from, half.to] : [0, rest.length - 1];
    parts.set(narrow || rest.length === 1 ? "one-layer" : "every-layer", {
      nats: left,
      layers: layers.slice(worst + from, worst + to + 2).map(({ name }) => name),
    });
  }
  // what is lost in one interval and won back in another is charged to nobody: the nats add up to the gain
  const charged = Math.abs(layers[worst].gain - layers[last].gain) / total;
  return [...parts]
    .map(([factor, part]) => {
      const signed = direction * part.nats * charged;
      return {
        factor,
        share: part.nats / total,
        nats: signed,
        layers: part.layers,
        sentence: sentenceOf(factor, signed, part.layers, parts.size > 1),
      };
    })
    .sort((a, b) => b.share - a.share);
}

function killed(layers: readonly MonitorLayer[], pushes: Float64Array, worst: number): MonitorCause {
  const at = worst + pushes.lastIndexOf(Number.POSITIVE_INFINITY);
  const [name, next] = [layers[at].name, layers[at + 1].name];
  const dead = layers[at].deadUnits;
  const sentence =
    dead !== null && dead > 0.5
      ? `the units of ${name} are dead: ${Math.round(100 * dead)} % put out 0 for the whole batch`
      : `the gradient is exactly zero from ${name} back to the input, and not in ${next}: nothing passes between them`;
  const factor = dead !== null && dead > 0.5 ? "dead-units" : "one-layer";
  return { factor, share: 1, nats: Number.NEGATIVE_INFINITY, layers: [name, next], sentence };
}

/** @param beside whether other causes were found too */
function sentenceOf(factor: string, amount: number, layers: readonly string[], beside: boolean): string {
  const where = layers.length === 1 ? layers[0] : `${layers[0]} to ${layers[layers.length - 1]}`;
  const times = layers.length === 1 ? "" : `, ${layers.length} layers`;
  switch (factor) {
    case "saturation":
      return `outputs lie on the flat ends of the activation, where its derivative is near 0 (${nats(amount)} nats; ${where}${times})`;
    case "dead-units":
      return `most units put out 0 for the whole batch (${nats(amount)} nats; ${where}${times})`;
    case "small-derivatives":
      return `sigmoid's derivative, at most 1/4, shrinks the gradient without its being saturated (${nats(amount)} nats; ${where}${times})`;
    case "one-layer":
      return `${beside ? "of the rest " : ""}half or more happens in one place, between ${layers[0]} and ${layers[layers.length - 1]} (${nats(amount)} nats)`;
    default: {
      const intervals = layers.length - 1;
      const each = amount / intervals;
      const factorEach = each < 0 ? `1/${ratio(each)}` : ratio(each);
      return `${beside ? "the rest" : "it"} happens all along the way from ${layers[layers.length - 1]} back to ${layers[0]}: a factor of ${factorEach} a layer, ${intervals} times over (${nats(amount)} nats); gradients alone do not tell derivatives from weights`;
    }
  }
}
