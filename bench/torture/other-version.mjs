// Preloaded into a worker: its results are of another version.
import { register } from "node:module";

const hooks = `
export async function load(url, context, next) {
  return url.includes("results-version")
    ? { format: "module", shortCircuit: true, source: "export const RESULTS_VERSION = 999;" }
    : next(url, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
