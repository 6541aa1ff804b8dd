// A cell of a Deno notebook: a flow as the last value of a cell draws itself.
//
// In the notebook:    import { propagate } from "npm:evanesce";
//                     propagate({ network: { kind: "feedforward", depth: 30, activation: "sigmoid" } })
//
// Deno's Jupyter kernel calls the method under Symbol.for("Jupyter.display"). This program does the same:
//
//     node examples/notebook-cell.mjs
import { propagate } from "evanesce";

const flow = propagate({ network: { kind: "feedforward", depth: 30, activation: "sigmoid" } });
const formats = await flow[Symbol.for("Jupyter.display")]();
for (const [type, text] of Object.entries(formats)) console.log(`${type}: ${text.length} characters`);
console.log(formats["text/plain"]);
