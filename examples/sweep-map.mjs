// Trains networks over two axes and writes a map of what they learned.
//
//     node examples/sweep-map.mjs map.svg
import { writeFileSync } from "node:fs";
import { sweep } from "evanesce";
import { figureToSvg } from "evanesce/report";

const gains = [0.6, 0.8, 1, 1.2, 1.4];
const depths = [2, 6, 10, 14];
const path = process.argv[2] ?? "map.svg";

const run = sweep({
  networks: { tanh: { kind: "feedforward", activation: "tanh", width: 16 } },
  vary: { depth: depths, "init.gain": gains },
  tasks: { circles: "circles" },
  plans: { short: { steps: 60, optimizer: { name: "sgd", learningRate: 0.1 } } },
  seeds: 2,
  batch: 16,
});
for await (const { index, count } of run) process.stderr.write(`\r${index + 1} of ${count} networks`);
process.stderr.write("\n");
const { cells } = await run.result;

/** Mean share of the best trivial answer's loss that the networks of one place have removed. */
const learned = (depth, gain) => {
  const here = cells.filter(({ network }) => network.depth === depth && network.init.gain === gain);
  return here.reduce((sum, { trained }) => sum + trained.learned, 0) / here.length;
};
const rows = depths.map((depth) => gains.map((gain) => learned(depth, gain)));
const figure = {
  id: "map",
  title: "Learned after 60 updates",
  caption: "1: the loss is gone. 0: no better than the best trivial answer.",
  x: { label: "gain of the weights", scale: "names", names: gains.map(String) },
  y: { label: "depth", scale: "names", names: depths.map(String) },
  marks: [{ kind: "heat", rows, label: "learned", scale: "linear", span: [0, 1] }],
};
writeFileSync(path, figureToSvg(figure));
depths.forEach((depth, i) => console.log(`depth ${depth}:`.padEnd(10), rows[i].map((x) => x.toFixed(2)).join("  ")));
console.log(`wrote ${path}`);
