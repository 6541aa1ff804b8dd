// Trains, is interrupted, and goes on from a checkpoint: the numbers are those of a run that was never interrupted.
//
//     node examples/training-checkpoint.mjs run.checkpoint
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import { train } from "evanesce";

const path = process.argv[2] ?? "run.checkpoint";
const plan = {
  network: { kind: "recurrent", cell: "gru", hidden: 8 },
  task: { name: "adding", steps: 20 },
  batch: 8,
  steps: 120,
  optimizer: { name: "adam", learningRate: 0.01 },
  checkpointEvery: 40,
};

/** Writes the state whole or not at all: a crash leaves the last checkpoint. */
function save(state) {
  writeFileSync(`${path}.new`, serialize(state));
  renameSync(`${path}.new`, path);
}

for await (const event of train(plan)) {
  if (event.kind !== "checkpoint") continue;
  save(event.state);
  console.log("checkpoint written; the run ends here, as if the machine were switched off");
  break;
}

const { losses: resumed } = await train({ ...plan, resume: deserialize(readFileSync(path)) }).result;
const { losses: whole } = await train(plan).result;
console.log(`${resumed.length} updates, last loss ${resumed.at(-1)}`);
console.log(resumed.every((loss, i) => Object.is(loss, whole[i])) ? "the same bits" : "other bits");
