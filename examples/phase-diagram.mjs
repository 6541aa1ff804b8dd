// Draws the phase diagram of an erf network: what mean-field theory expects at every σ_w and σ_b, and its critical line.
//
//     node examples/phase-diagram.mjs phases.svg
import { writeFileSync } from "node:fs";
import { predict } from "evanesce";
import { figureToSvg } from "evanesce/report";

const path = process.argv[2] ?? "phases.svg";
const range = (from, to, count) => Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
const sigmaW = range(0.5, 2.5, 11);
const sigmaB = range(0.05, 0.8, 7);

/** Finding the critical σ_w takes longest, so it is asked for once a row. */
const at = (gain, biasStd, critical = false) =>
  predict(
    { kind: "feedforward", depth: 10, activation: "erf", init: { weight: "gaussian", gain, biasStd } },
    { critical },
  );

// ln χ₁: nats by which the squared gradient grows in a layer; 0 on the critical line
const rows = sigmaB.map((b) => sigmaW.map((w) => Math.log(at(w, b).chi1)));
const step = (sigmaW.at(-1) - sigmaW[0]) / (sigmaW.length - 1);
const line = sigmaB.map((b, row) => [(at(1, b, true).criticalSigmaW2 ** 0.5 - sigmaW[0]) / step, row]);
const segments = line.slice(1).map(([x, y], i) => [...line[i], x, y]);
const names = (values) => values.map((x, i) => (i % 2 === 0 ? x.toFixed(2) : ""));

writeFileSync(
  path,
  figureToSvg({
    id: "phases",
    title: "Phases of an erf network",
    caption: "Negative: the gradient vanishes. Positive: it explodes. The line between is critical: χ₁ = 1.",
    x: { label: "σ_w", scale: "names", names: names(sigmaW) },
    y: { label: "σ_b", scale: "names", names: names(sigmaB) },
    marks: [
      { kind: "heat", rows, label: "ln χ₁, nats a layer", scale: "linear" },
      { kind: "segments", name: "χ₁ = 1", segments, weight: "theory" },
    ],
  }),
);
for (const w of [0.8, 1.2, 2]) {
  const { phase, chi1, perStation } = at(w, 0.05);
  console.log(`σ_w ${w}, σ_b 0.05: ${phase}, χ₁ ${chi1.toFixed(3)}, ${perStation.toFixed(3)} nats lost a layer`);
}
console.log(`wrote ${path}`);
