import { median } from "../../base/median.ts";
import type { GradientFlow, ParameterFlow } from "../../flow/index.ts";
import { type Group, isHiddenWeight, isNormScale, parametersByName } from "../../spec/parameter-groups.ts";
import type { ParameterShape } from "../../spec/parameters.ts";
import { power } from "../../words/numbers.ts";
import type { Charge, Stretch } from "../charges.ts";
import type { TensorAtFault } from "./tensors-at-fault.ts";

/** A tensor whose size differs from that of its kind in the other layers. */
export interface OddSize extends TensorAtFault {
  readonly tensor: string;
  readonly layer: number;
  /** Nats of its size above (or below) the usual one. */
  readonly nats: number;
}

/** A tensor is odd from this many nats on, a factor of 20. Trained layers of a sound network differ by less. */
const ODD = 3;
/** It must also differ by this many times the median distance of the other layers. */
const APART = 4;
/** Fewer other layers than this say nothing about the usual size. */
const FEWEST = 3;

/**
 * The tensors that are far smaller or larger than those of the other layers: the weights of a deep network, and the
 * scales γ of normalizations. Where too few layers can be compared, a γ is compared with 1, its initial value.
 */
export function oddSizes({ spec, parameters }: GradientFlow): OddSize[] {
  const known = parametersByName(spec);
  const of = (group: Group, kind: Kind) =>
    oddOf(
      parameters.flatMap(({ name, shape, lnNorm }): Tensor[] => {
        const parameter = known.get(name);
        if (parameter === undefined || !group(parameter) || !Number.isFinite(lnNorm)) return [];
        return [{ name, shape, lnNorm, layer: layerOf(parameter) }];
      }),
      kind,
    );
  const scales = of(isNormScale, { usual: 0, ofRow: false, factor: "normalisation" });
  if (spec.kind === "recurrent") return scales;
  // layers that are to be initialized differently have no usual size
  if (spec.layerwise?.some((own) => "init" in own)) return scales;
  const weights = { usual: null, factor: "weights" } as const;
  // with weight norm, an entry of g is the norm of a row
  return [
    ...scales,
    ...of(isHiddenWeight, { ...weights, ofRow: true }),
    ...of(({ role }) => role === "weight_scale", { ...weights, ofRow: false }),
  ];
}

/** Causes that a tensor of too small a size can have, and those of too large a size. */
const BY_SMALL: readonly string[] = ["weights", "normalisation"];
const BY_LARGE: readonly string[] = [...BY_SMALL, "saturation", "closed-gate", "hidden-route", "cell-output"];
/** An odd tensor must explain this part of a charge, or of the way to the end of float32's range. */
export const EXPLAINS = 0.25;

/**
 * The odd tensor that explains a charge: the one whose size differs most among those of its layers. Weights act at
 * their own layer; what they or a γ shrink, the next normalization enlarges.
 */
export function oddSizeAt(
  flow: GradientFlow,
  { factor, nats, stations }: Pick<Charge, "factor" | "nats" | "stations">,
  { from, to }: Pick<Stretch, "from" | "to">,
): OddSize | undefined {
  const isAt = ({ factor: of, layer }: OddSize) => {
    if (flow.axis === "step") return true;
    return of === factor && of === "weights"
      ? stations[0] <= layer && layer <= stations[1]
      : from <= layer && layer <= to + 1;
  };
  const isCause = (odd: OddSize) => {
    if (!(odd.nats < 0 ? BY_SMALL : BY_LARGE).includes(factor)) return false;
    if (factor === "weights" && (odd.factor !== "weights" || odd.nats * nats < 0)) return false;
    return nats === Number.NEGATIVE_INFINITY || Math.abs(odd.nats) >= EXPLAINS * Math.abs(nats) || flow.axis === "step";
  };
  return largestOdd(oddSizes(flow).filter((odd) => isAt(odd) && isCause(odd)));
}

/** The odd tensor whose size differs most; undefined if there is none. */
export const largestOdd = (odd: readonly OddSize[]): OddSize | undefined =>
  [...odd].sort((a, b) => Math.abs(b.nats) - Math.abs(a.nats))[0];

interface Kind {
  /** ln of the usual size if too few layers can be compared; null: then none is odd. */
  readonly usual: number | null;
  /** Whether the size is that of a row, and not that of an entry. */
  readonly ofRow: boolean;
  readonly factor: "weights" | "normalisation";
}

type Tensor = Pick<ParameterFlow, "name" | "shape" | "lnNorm"> & { readonly layer: number };

function layerOf({ place }: ParameterShape): number {
  if ("index" in place) return place.index;
  return place.module === "rnn" ? place.level : 0;
}

function oddOf(tensors: readonly Tensor[], { usual, ofRow, factor }: Kind): OddSize[] {
  const sizes = tensors.map(
    ({ lnNorm, shape }) => lnNorm - 0.5 * Math.log(ofRow ? shape[0] : shape.reduce((a, b) => a * b, 1)),
  );
  return tensors.flatMap(({ name, layer }, i): OddSize[] => {
    const others = sizes.filter((_, k) => k !== i);
    const isAlone = others.length < FEWEST;
    if (isAlone && usual === null) return [];
    const center = isAlone ? (usual as number) : median(others);
    const spread = isAlone ? 0 : median(others.map((ln) => Math.abs(ln - center)));
    const nats = sizes[i] - center;
    if (!(Math.abs(nats) > Math.max(ODD, APART * spread))) return [];
    const beside = isAlone ? "it starts at 1" : `in the other layers it is about ${power(center)}`;
    const sentence = `${name} is too ${nats < 0 ? "small" : "large"} (the root mean square of ${ofRow ? "a row" : "an entry"} is ${power(sizes[i])}; ${beside})`;
    return [{ factor, tensor: name, layer, nats, units: "scaled", sentence }];
  });
}
