import { diagnose } from "../../../src/diagnosis/index.ts";
import { propagate, ready } from "../../../src/measure/propagate.ts";

await ready();
const flow = propagate({
  network: { kind: "recurrent", cell: "tanh", hidden: 32 },
  task: { name: "adding", steps: 200 },
});
const app = document.querySelector("#app");
if (app !== null) app.textContent = diagnose(flow).summary;
