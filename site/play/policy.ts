import { SCRIPT } from "../../src/report/kit/html/script/index.ts";
import { sha256 } from "../../src/report/kit/html/sha256.ts";
import { STYLE } from "../../src/report/kit/html/style.ts";

/**
 * What the page may do: its own files, WebAssembly, workers of its own, and no address elsewhere. A report opens in a
 * tab that inherits this policy, so that its style and its script stand here by their hashes.
 */
export const POLICY = [
  "default-src 'none'",
  `script-src 'self' 'wasm-unsafe-eval' 'sha256-${sha256(SCRIPT)}'`,
  `style-src 'self' 'sha256-${sha256(STYLE)}'`,
  "img-src 'self' data:",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The same without the hashes of reports: what a page needs that runs the library in a worker of its own. */
export const PLAIN_POLICY = POLICY.replaceAll(/ 'sha256-[^']+'/g, "");
