// A page with a slider for the weights' gain. A pass runs in a web worker whenever the slider moves.
//
//     npm run build && node examples/slider-page.mjs        PORT chooses the port
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const dist = new URL("../dist/", import.meta.url);

const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Gain and gradient</title>
<h1>Gradient of a tanh network, 40 layers deep</h1>
<label>gain of the weights <input type="range" min="0.5" max="2" step="0.01" value="1"> <output></output></label>
<p id="verdict" aria-live="polite"></p>
<div id="figure"></div>
<script type="module">
  const worker = new Worker("/worker.js", { type: "module" });
  const slider = document.querySelector("input");
  let [busy, waiting] = [false, false];
  function ask() {
    document.querySelector("output").textContent = slider.value;
    waiting = busy; // one pass at a time; the last position of the slider counts
    if (busy) return;
    busy = true;
    worker.postMessage(Number(slider.value));
  }
  worker.onmessage = ({ data: { summary, svg } }) => {
    document.querySelector("#verdict").textContent = summary;
    document.querySelector("#figure").innerHTML = svg;
    busy = false;
    if (waiting) ask();
  };
  slider.addEventListener("input", ask);
  ask();
</script></html>`;

// A worker has no import map, so it imports addresses.
const worker = `import { diagnose, propagate } from "/dist/index.js";
import { figureToSvg, flowFigures } from "/dist/report/pages.js";
onmessage = ({ data: gain }) => {
  const flow = propagate({ network: { kind: "feedforward", depth: 40, width: 64, init: { gain } }, batch: 16 });
  const diagnosis = diagnose(flow);
  const [profile] = flowFigures({ flow, diagnosis, extras: {} });
  postMessage({ summary: diagnosis.summary, svg: figureToSvg(profile) });
};`;

const server = createServer(async ({ url }, response) => {
  const script = { "content-type": "text/javascript" };
  const path = new URL(url, "http://localhost").pathname; // ".." is resolved here
  if (path === "/") return response.writeHead(200, { "content-type": "text/html" }).end(page);
  if (path === "/worker.js") return response.writeHead(200, script).end(worker);
  const file = path.startsWith("/dist/") && (await readFile(new URL(path.slice(6), dist)).catch(() => null));
  return file ? response.writeHead(200, script).end(file) : response.writeHead(404).end();
});
server.listen(Number(process.env.PORT ?? 8081), "127.0.0.1", () => {
  console.log(`open http://127.0.0.1:${server.address().port}/`);
});
