/** A worker that ends its thread on every training. */
import { program } from "../../src/parallel/node/program.ts";

export default program(() => process.exit(3));
