// A service that trains a network and streams the run as server-sent events.
//
//     node examples/sse-service.mjs        then: curl -N "http://127.0.0.1:8080/?depth=20&updates=200"
//
// PORT chooses the port; 0 takes a free one. When the client goes away, the run stops.
import { createServer } from "node:http";
import { EvanesceError, train } from "evanesce";

/** The number under `name` in the address, held between 1 and `most`. */
const number = (query, name, usual, most) => Math.min(most, Math.max(1, Math.round(Number(query.get(name)) || usual)));

const server = createServer(async (request, response) => {
  const query = new URL(request.url, "http://localhost").searchParams;
  const abort = new AbortController();
  response.on("close", () => abort.abort());
  const send = (name, data) => response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  try {
    const run = train({
      network: { kind: "feedforward", activation: query.get("activation") ?? "tanh", width: 16, depth: number(query, "depth", 4, 50) },
      task: "spirals",
      batch: 16,
      steps: number(query, "updates", 100, 10_000),
      traceEvery: 10,
      signal: abort.signal,
    });
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    for await (const event of run) {
      if (event.kind === "step") send("step", { update: event.steps, loss: event.record.loss });
      if (event.kind === "diagnosis") send("diagnosis", { update: event.update, verdict: event.verdict });
    }
    const { outcome, summary } = await run.result;
    send("end", { outcome, summary });
  } catch (error) {
    if (!response.headersSent) response.writeHead(error instanceof EvanesceError ? 400 : 500);
    response.write(`${error.message}\n`);
  }
  response.end();
});

server.listen(Number(process.env.PORT ?? 8080), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/`);
});
