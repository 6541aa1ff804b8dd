// Reads a model that PyTorch saved and measures its gradient. Nothing in the file is run.
//
//     node examples/pytorch-model.mjs model.pt         without a file: an LSTM of the tests
import { fileURLToPath } from "node:url";
import { createNetwork, diagnose, readModel } from "evanesce";

const [STEPS, BATCH] = [100, 8];
const path = process.argv[2] ?? fileURLToPath(new URL("../test/models/files/lstm.pt", import.meta.url));
const { spec, parameters, parts, notes } = await readModel(path);
for (const part of parts) console.log(`${part.name || "the file"}: ${part.what}, ${part.as === null ? "left out" : `becomes ${part.as}`}`);
for (const note of notes) console.log(`note: ${note}`);

const network = createNetwork(spec);
for (const [name, values] of Object.entries(parameters)) network.parameters.set(name, values);
const recurrent = spec.kind === "recurrent";
const shape = recurrent ? [STEPS, BATCH, spec.inputs] : [BATCH, spec.inputs];
const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i));
const flow = network.propagate({ inputs: { shape, data } });
network.dispose();

console.log(`\nln ‖∂L/∂h‖ at the first ${flow.axis}: ${flow.lnGradientNorm[0].toFixed(2)}`);
console.log(diagnose(flow).summary);
