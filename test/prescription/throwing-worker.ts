/** A worker whose trainings throw. */
import { program } from "../../src/parallel/node/program.ts";

export default program(() => {
  throw new Error("a fault of the training");
});
