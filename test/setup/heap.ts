import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of JavaScript heap in use once garbage is gone. */
export function heapBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}
