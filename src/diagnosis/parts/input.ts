import { percent, power } from "../../words/numbers.ts";
import { THRESHOLDS } from "../thresholds.ts";
import type { PartState } from "../types.ts";
import type { LoudFlow } from "../../flow/index.ts";
import { type GatedLayer, saturatedGates, shutGate } from "./gates.ts";
import { type Columns, isLarge, lnDrive, offCenter, scaleOf, widestColumn, type InputColumn } from "./input-columns.ts";
import { effectOf, fewLoud, isDominant, loudCause, sizesOf } from "./loud-samples.ts";
import { fadedLevel, type Level } from "./levels.ts";
import { type Finding, fine, type PartCause, severityBeyond } from "./part.ts";

/** The numbers by which the input is judged. A number that is not known is null. */
export interface InputReading extends Columns {
  /** "layer 0", "the LSTM". */
  readonly layer: string;
  /** φ of the first layer; null for gated cells and linear layers. */
  readonly activation: { readonly name: string; readonly bounded: boolean } | null;
  /** ln ‖∂L/∂W‖ of the weights of the first layer. */
  readonly lnGradient: number | null;
  /** ln ‖∂L/∂x‖; ln ‖∂L/∂x‖ − ln ‖∂L/∂h‖ of the first layer. */
  readonly lnInputGradient: number | null;
  readonly lnInputGain: number | null;
  /** Whether a gradient arrives at the first layer's output. */
  readonly arrives: boolean;
  /** Samples of the batch. */
  readonly samples: number;
  /** Share of the layer's derivatives below a hundredth of the largest; share of its units that are always off. */
  readonly flat: number | null;
  readonly dead: number | null;
  /** By how many nats the entry of its φ' lies below that of a sound network. */
  readonly lnSlope: number | null;
  /** Share of samples whose gradient after the layer is exactly zero. */
  readonly silent: number | null;
  /** Share of samples whose gradient is exactly zero where it arrives at the layer's output. */
  readonly silentBefore: number;
  /** Whether every column holds a single value; whether every value is zero. */
  readonly constant: boolean;
  readonly zero: boolean;
  /** ln of the change that the inputs cause in a pre-activation; null if a normalization removes the scale. */
  readonly lnHeard: number | null;
  /** ln of the root mean square of an embedding's entries; null without one. */
  readonly lnEmbedding: number | null;
  /** ln of a bias's root mean square in the first layer, and its parameter. */
  readonly lnBias: number;
  readonly bias: string;
  readonly weight: string;
  /** ln ‖W‖ of the first layer. */
  readonly lnWeight: number;
  /** A sentence if the first layer's batch normalization sees a single sample; else null. */
  readonly single: string | null;
  /** The scale of the first layer's normalization, or of its weight norm, if it is exactly zero; else null. */
  readonly zeroScale: string | null;
  /** The gates of each layer and direction; those of the first layer first. */
  readonly gated: readonly GatedLayer[];
  /** The levels of a stack above the lowest one, the highest first. */
  readonly levels: readonly Level[];
  /** The tensor that turns the units of a recurrent rectifier off. */
  readonly silenced: Omit<PartCause, "nats"> | null;
  /** Samples far larger than all the others. */
  readonly loud: LoudFlow | null;
}

/** Judges the way from the data to the first layer's weights. */
export function judgeInput(reading: InputReading): Finding {
  const { layer, lnGradient, arrives, flat, dead, lnSlope, silent, lnHeard, loud } = reading;
  const widest = widestColumn(reading);
  const numbers = {
    lnGradient,
    lnInputGradient: reading.lnInputGradient,
    lnInputGain: reading.lnInputGain,
    saturated: flat,
    dead,
    silent,
    loud: loud?.share ?? null,
    admitted: reading.gated[0]?.admitted ?? null,
    lnDescent: reading.levels.length === 0 ? null : reading.levels.reduce((sum, { lnGain }) => sum + lnGain, 0),
    lnHeard,
    lnScale: reading.lnScale,
    lnWidest: widest === undefined ? null : Math.log(widest.rootMeanSquare),
  };
  const found = (state: PartState, evidence: string, severity: number, cause: PartCause): Finding => ({
    ...{ part: "input" as const, state, evidence, numbers, severity, cause },
  });
  const shut = shutGate(reading.gated, reading);
  const { silenced } = reading;
  const off = silenced && { ...silenced, nats: Number.NEGATIVE_INFINITY };
  const faded = fadedLevel(reading.levels, shut?.cause ?? null, off);
  if (faded !== null) {
    return found(faded.state, `${faded.evidence}.`, severityBeyond(faded.nats, THRESHOLDS.gain), faded.cause);
  }
  if (!arrives)
    return fine(
      "input",
      "unmeasured",
      `No gradient arrives at ${layer}, so the way into it was not measured.`,
      numbers,
    );
  if (reading.zero)
    return found("dead", "Every input is exactly zero, so the first weights get no gradient.", 1, {
      factor: "input-zero",
      sentence: "every input is exactly zero",
      nats: Number.NEGATIVE_INFINITY,
    });
  if (lnGradient === Number.NEGATIVE_INFINITY || (dead !== null && dead === 1)) {
    const cause = inputCause(reading, widest, Number.NEGATIVE_INFINITY);
    return found("dead", `The weights of ${layer} get a gradient of exactly zero: ${cause.sentence}.`, 1, cause);
  }
  if (reading.constant)
    return found("constant", "Every sample has the same inputs, so they carry no information.", 1, {
      factor: "input-constant",
      sentence: "every sample has the same inputs",
      nats: Number.NaN,
    });
  if (dead !== null && dead >= THRESHOLDS.deadUnits && reading.samples >= 4) {
    const cause = inputCause(reading, widest, Math.log(1 - dead));
    const evidence = `${percent(dead)} of the units of ${layer} are off for the whole batch: ${cause.sentence}.`;
    return found("dead", evidence, severityBeyond(Math.log(1 - dead), -Math.log(1 - THRESHOLDS.deadUnits)), cause);
  }
  const shutBy = reading.gated.length === 0 ? null : saturatedGates(reading.gated[0]);
  if ((flat !== null && flat >= THRESHOLDS.flat) || (lnSlope !== null && lnSlope <= -Math.LN10) || shutBy !== null) {
    const cause = inputCause(reading, widest, lnSlope ?? Number.NaN);
    const what =
      shutBy !== null
        ? `the gates of ${layer} (${shutBy}) are on the flat ends of their activations`
        : flat === null
          ? `the derivatives of ${layer} shrink the gradient by a factor of ${power(-(lnSlope as number))}`
          : `${percent(flat)} of the derivatives of ${layer} are below a hundredth of the largest`;
    const severity =
      flat === null
        ? severityBeyond(lnSlope ?? 0, Math.LN10)
        : severityBeyond(Math.log(1 - flat), -Math.log(1 - THRESHOLDS.flat));
    return found("saturated", `${capital(what)}: ${cause.sentence}.`, severity, cause);
  }
  if (shut !== null) {
    const { state, cause, evidence, ln } = shut;
    const severity = severityBeyond(Math.min(ln, -THRESHOLDS.gain), THRESHOLDS.gain);
    return found(state, `${capital(cause.sentence)}. ${evidence}.`, severity, cause);
  }
  const effect = effectOf(loud);
  if (loud !== null && (effect === "mixed" || effect === "unscaled")) {
    const share = `${percent(loud.share)} of the samples`;
    const [what, nats, scale] =
      effect === "mixed"
        ? [
            `get almost no gradient through ${layer}, because they are on the flat ends of its activations`,
            Math.log(1 - Math.min(loud.share, 1)),
            Math.LN2,
          ]
        : [`outweigh all others in the gradient of ${layer}`, loud.lnScale - loud.lnOthers, THRESHOLDS.gain];
    return found(effect, `${share} ${what}: ${sizesOf(loud)}.`, severityBeyond(nats, scale), loudCause(loud));
  }
  if (widest !== undefined && reading.lnScale !== null) {
    const apart = Math.log(widest.rootMeanSquare) - reading.lnScale;
    if (reading.columns.length > 1 && apart >= THRESHOLDS.gain) {
      const cause = scaleOf(reading, widest, Number.NaN);
      return found("unscaled", `${capital(cause.sentence)}.`, severityBeyond(apart, THRESHOLDS.gain), cause);
    }
  }
  const drive = lnDrive(reading);
  if (widest !== undefined && lnHeard !== null && lnHeard - drive <= -THRESHOLDS.gain / 2 && drive > 0) {
    const cause = offCenter(reading, widest, lnHeard - drive);
    return found(
      "unscaled",
      `${capital(cause.sentence)}.`,
      severityBeyond(2 * (lnHeard - drive), THRESHOLDS.gain),
      cause,
    );
  }
  if (lnHeard !== null && lnHeard <= -THRESHOLDS.gain) {
    const cause = unheard(reading);
    return found(
      "unheard",
      `The inputs change a pre-activation of ${layer} by only ${power(lnHeard)}: ${cause.sentence}.`,
      severityBeyond(lnHeard, THRESHOLDS.gain),
      cause,
    );
  }
  if (silent !== null && silent - reading.silentBefore >= THRESHOLDS.silent && reading.samples > 1) {
    return found(
      "mixed",
      `${percent(silent)} of the samples send a gradient of exactly zero into the weights of ${layer}.`,
      severityBeyond(Math.log(1 - Math.min(silent, 1)), -Math.log(1 - 0.5)),
      {
        ...inputCause(reading, widest, Number.NaN),
      },
    );
  }
  return lnGradient === null
    ? fine("input", "unmeasured", `The path from the inputs into ${layer} was not measured.`, numbers)
    : fine(
        "input",
        "healthy",
        `The inputs reach ${layer}, and its weights get a gradient${[`${endOfPath(reading)}.`, fewLoud(loud) ?? []].flat().join(" But ")}`,
        numbers,
      );
}

/** "; ‖∂L/∂x‖ is 3.1e-4, 0.4 times ‖∂L/∂h‖ there". */
function endOfPath({ lnInputGradient, lnInputGain }: InputReading): string {
  if (lnInputGradient === null || lnInputGain === null || !Number.isFinite(lnInputGain)) return "";
  return `; ‖∂L/∂x‖ is ${power(lnInputGradient)}, ${power(lnInputGain)} times ‖∂L/∂h‖ there`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The tensor or column that turns the units of the first layer off, or saturates them. */
function inputCause(reading: InputReading, widest: InputColumn | undefined, nats: number): PartCause {
  const { lnWeight, weight, lnBias, bias, activation } = reading;
  if (lnWeight === Number.NEGATIVE_INFINITY) {
    return { factor: "weights", tensor: weight, nats, sentence: `${weight} is exactly zero` };
  }
  if (reading.lnEmbedding === Number.NEGATIVE_INFINITY) return vectors("is exactly zero", nats);
  if (reading.single !== null) return { factor: "single-sample", nats, sentence: reading.single };
  if (reading.zeroScale !== null) {
    const { zeroScale } = reading;
    return { factor: "normalisation", tensor: zeroScale, nats, sentence: `${zeroScale} is exactly zero` };
  }
  const drive = lnDrive(reading);
  if (lnBias > 0 && lnBias > drive + Math.log(3)) {
    const size = `its root mean square is ${power(lnBias)}, and that of the inputs' part is ${power(drive)}`;
    return { factor: "bias", tensor: bias, nats, sentence: `${bias} is too large (${size})` };
  }
  if (widest !== undefined && isLarge(reading, widest)) return scaleOf(reading, widest, nats);
  const factor = activation === null || activation.bounded ? "weights" : "dead-units";
  const sentence =
    factor === "weights" && drive > 0
      ? `${weight} is too large: the inputs' part of a pre-activation is ${power(drive)}`
      : `${weight} and ${bias} turn its units off for these inputs`;
  return { factor, tensor: weight, nats, sentence };
}

/**
 * The column, all columns, or the samples that are not scaled and whose scale reaches the outputs. Null if they are
 * scaled, or if a normalization, gates or a bounded activation remove the scale.
 */
export function unscaledInputs(reading: InputReading): PartCause | null {
  const { activation, gated, lnHeard } = reading;
  const widest = widestColumn(reading);
  if (reading.loud !== null && isDominant(reading.loud)) return loudCause(reading.loud);
  if (widest === undefined || lnHeard === null || gated.length > 0 || activation?.bounded) return null;
  return isLarge(reading, widest) ? scaleOf(reading, widest, Number.NaN) : null;
}

const vectors = (effect: string, nats: number): PartCause => ({
  factor: "weights",
  tensor: "embedding.weight",
  nats,
  sentence: `embedding.weight ${effect}`,
});

/** The reason why the inputs hardly change a pre-activation. */
function unheard({ lnScale, weight, lnHeard, lnWeight, lnEmbedding }: InputReading): PartCause {
  if (lnEmbedding !== null && lnEmbedding <= -THRESHOLDS.gain / 2) return vectors("is too small", lnHeard as number);
  const small = lnScale !== null && lnScale <= -THRESHOLDS.gain / 2;
  return small
    ? { factor: "input-scale", nats: lnHeard as number, sentence: `the inputs are small, about ${power(lnScale)}` }
    : {
        factor: "weights",
        tensor: weight,
        nats: lnHeard as number,
        sentence: `${weight} is ${lnWeight === Number.NEGATIVE_INFINITY ? "exactly zero" : "too small"}`,
      };
}
