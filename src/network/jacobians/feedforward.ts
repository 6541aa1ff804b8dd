import { finish } from "../../base/time-slicing.ts";
import { residualFacts } from "../../catalogue/index.ts";
import { EvanesceError } from "../../base/errors.ts";
import type { FeedforwardSpec } from "../../spec/feedforward.ts";
import { mixesSamples } from "../../spec/norms.ts";
import { layerBlocks, layerWidths } from "../../spec/layer-blocks.ts";
import type { Batch } from "../../tasks/batch.ts";
import type { Engine } from "../../wasm/engine.ts";
import { buildTape } from "../../wasm/feedforward/build.ts";
import { DepthPass } from "../../wasm/feedforward/pass.ts";
import { Chain, type ScaledSingularValues } from "../../wasm/jacobian/chain.ts";
import { BlockJacobians } from "../../wasm/jacobian/depth.ts";
import { GRADIENTS_ONLY, type Network } from "../types.ts";

/** @throws EvanesceError for a network in which samples depend on each other, or whose layers are not a chain */
export function requireChain(spec: FeedforwardSpec): void {
  const refuse = (where: string, rule: string, got: unknown, remedy: string) => {
    throw new EvanesceError(where, rule, got, remedy);
  };
  if (spec.depth < 2) refuse("network.depth", "at least 2 for a Jacobian between layers", spec.depth, "add a layer");
  if (mixesSamples(spec)) {
    refuse("network.norm", "a norm of single samples for Jacobians", "batch", "use layer, rms, weight or none");
  }
  if (residualFacts(spec.residual).join === "concatenation") {
    refuse("network.residual", "layers that read the last one only", spec.residual, "use another residual, or none");
  }
  if (spec.stochasticDepth > 0) {
    refuse("network.stochasticDepth", "0 for Jacobians", spec.stochasticDepth, "measure the whole net");
  }
}

/** Plans a pass over one sample with the network's parameters, without dropout, and does not run it. */
export function depthPass(
  engine: Engine,
  network: Network,
  { dropout: _, ...spec }: FeedforwardSpec,
  limit: number,
): DepthPass {
  const blocks = layerBlocks(spec).map(() => true);
  const tape = buildTape(spec, network.sizes.inputs, network.sizes.outputs, blocks);
  const shape = { spec, sizes: network.sizes, B: 1, loss: "none", options: GRADIENTS_ONLY } as const;
  const pass = finish(DepthPass.inParts(engine, shape, tape, limit));
  pass.load(new Map(network.parameters.names.map((name) => [name, network.parameters.get(name)])));
  return pass;
}

/** ∂h_{L−1}/∂h_0 of one sample, block by block. Yields the share of blocks done. */
export function* followLayers(
  engine: Engine,
  pass: DepthPass,
  spec: FeedforwardSpec,
  sample: Batch,
  limit: number,
): Generator<number, ScaledSingularValues> {
  const widths = layerWidths(spec);
  const chain = new Chain(engine, { rows: Math.max(...widths), columns: widths[0], product: true }, limit);
  try {
    const blocks = new BlockJacobians(engine, pass, chain, limit);
    try {
      pass.feed(sample);
      pass.run(0, pass.tape.lossFrom);
      chain.startFromIdentity();
      chain.startProduct();
      for (const { index, first, last } of layerBlocks(spec)) {
        blocks.apply(first - 1, last);
        chain.advance(widths[last], true);
        yield (index + 1) / layerBlocks(spec).length;
      }
      return chain.singularValues();
    } finally {
      blocks.dispose();
    }
  } finally {
    chain.dispose();
  }
}
