import { SCRIPT } from "../../src/report/kit/html/script/index.ts";
import { sha256 } from "../../src/report/kit/html/sha256.ts";
import { STYLE } from "../../src/report/kit/html/style.ts";

/**
 * The page may load its own files, run WebAssembly and its own workers, and open no other address. A report opens in a
 * tab that inherits this policy, so the policy has the hashes of the report's style and script.
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

/** The policy without the hashes of reports, for a page that runs the library in its own worker. */
export const PLAIN_POLICY = POLICY.replaceAll(/ 'sha256-[^']+'/g, "");
