/** Which Python the peers run on: that of the environment variable PYTHON, else the system's, else the first python3 of the path. */
import { spawnSync } from "node:child_process";

const PROGRAMS = [process.env.PYTHON, "/usr/bin/python3", "python3"].filter((program) => program !== undefined);

/** The first Python that has `module`, or undefined. */
export const pythonWith = (module: string): string | undefined =>
  PROGRAMS.find((program) => spawnSync(program, ["-c", `import ${module}`], { stdio: "ignore" }).status === 0);
