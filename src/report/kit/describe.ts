import { CELL_TABLE, type CellOptionName } from "../../catalogue/index.ts";
import type { GradientFlow } from "../../flow/index.ts";
import { hasDecoder } from "../../spec/decoder.ts";
import { hiddenLayerSpecs, layerSpecs } from "../../spec/layers.ts";
import { layerNorms, normalizesPath } from "../../spec/norms.ts";
import { layerWidths } from "../../spec/layer-blocks.ts";
import { counted } from "../../words/numbers.ts";

/** A network, and the file from which its weights were read. */
interface Described {
  readonly spec: GradientFlow["spec"];
  readonly weights?: string | undefined;
}

/** The network in a line: `tanh RNN, hidden 128, orthogonal · xavier_uniform`, or the file of its weights. */
export function describeNetwork({ spec, weights }: Described): string {
  if (spec.kind === "recurrent") {
    const { layers, bidirectional, dilation, timeSkip, constraint } = spec;
    const own = layerSpecs(spec);
    const norms = listed(own.map(({ norm }) => norm));
    const takes = (option: CellOptionName) => own.some(({ cell }) => CELL_TABLE[cell].options.includes(option));
    const inner = listed(own.map(({ cellOptions: { innerActivation = "tanh" } }) => innerActivation));
    const gates = listed(own.map(({ cellOptions: { gateActivation = "sigmoid" } }) => gateActivation));
    const extras = [
      inner !== "tanh" && takes("innerActivation") ? `${inner} inside` : undefined,
      gates !== "sigmoid" && takes("gateActivation") ? `${gates} gates` : undefined,
      norms === "none" ? undefined : `${norms} norm`,
      dilation === 1 ? undefined : `dilation ${typeof dilation === "number" ? dilation : dilation.join(", ")}`,
      timeSkip === undefined
        ? undefined
        : `a skip over ${counted(timeSkip.steps, "step")}${timeSkip.scale === 1 ? "" : ` × ${timeSkip.scale}`}`,
      constraint === "none" ? undefined : `kept ${constraint}`,
      ...describeNoise(spec),
    ].flatMap((extra) => (extra === undefined ? [] : [`, ${extra}`]));
    const title = listed(own.map(({ cell }) => CELL_TABLE[cell].title));
    const hidden = listed(own.map((layer) => `${layer.hidden}`));
    const recurrent = listed(own.map(({ cell, init }) => CELL_TABLE[cell].describeRecurrent(init)));
    const input = listed(own.map(({ init }) => init.input));
    const projected = spec.projection === undefined ? "" : `, projection ${spec.projection}`;
    const both = bidirectional ? ", both directions" : hasDecoder(spec) ? ", encoder and decoder" : "";
    const height = layers === 1 ? "" : `, ${counted(layers, "layer")}`;
    return `${title}, hidden ${hidden}${projected}${height}${both}, ${weights === undefined ? `${recurrent} and ${input} input weights` : `weights from ${weights}`}${extras.join("")}`;
  }
  const { depth, init, normPosition, residual } = spec;
  const hidden = hiddenLayerSpecs(spec);
  const activation = listed(hidden.map((layer) => layer.activation));
  const weight = listed(hidden.map((layer) => layer.init.weight));
  const norm = listed(layerNorms(spec));
  const widths = [...new Set(layerWidths(spec))];
  const width = widths.length === 1 ? `width ${widths[0]}` : `widths ${Math.min(...widths)} to ${Math.max(...widths)}`;
  const gain = init.gain === 1 ? "" : ` × ${init.gain}`;
  const extras = [
    norm === "none" ? "" : normalizesPath(spec) ? `, ${norm} norm ${normPosition}` : `, ${norm} norm`,
    residual === "none" ? "" : `, ${residual} residual`,
    ...describeNoise(spec).map((each) => `, ${each}`),
  ];
  return `${activation} network, depth ${depth}, ${width}, ${weights === undefined ? `${weight}${gain} weights` : `weights from ${weights}`}${extras.join("")}`;
}

/** The values of the layers, bottom first; a single one if all are the same. */
const listed = (values: readonly string[]): string => (new Set(values).size === 1 ? values[0] : values.join(", "));

/** The dropout and zoneout of the network. */
function describeNoise(spec: GradientFlow["spec"]): string[] {
  const rates: (readonly [name: string, rate: number | readonly number[] | undefined])[] =
    spec.kind === "feedforward"
      ? [["dropout", spec.dropout]]
      : [
          ["dropout", spec.dropout],
          ["variational dropout", spec.variationalDropout],
          ["recurrent dropout", spec.recurrentDropout],
          ["zoneout", spec.zoneout],
          ["stem dropout", spec.stem?.dropout],
          ["head dropout", spec.head?.dropout],
        ];
  return rates.flatMap(([name, rate]) => (rate === undefined ? [] : [`${name} ${[rate].flat().join(", ")}`]));
}

/** The task of a pass: `adding, 1,000 steps, batch 32`. */
export function describeTask({ name, steps, batch }: Pick<GradientFlow["task"], "name" | "steps" | "batch">): string {
  return [name, ...(steps === undefined ? [] : [counted(steps, "step")]), `batch ${batch}`].join(", ");
}

/** The task of a pass with the seed. */
export const describeRun = ({ task, seed }: GradientFlow): string => `${describeTask(task)}, seed ${seed}`;
