import { EvanesceError } from "../../base/errors.ts";

/**
 * Modules and functions whose only use in a pickle is to run something. This reader runs nothing. But a file that names
 * them was made to do harm in other programs, and its owner should know.
 */
const HARMFUL = new RegExp(
  `^(?:${[
    "os|posix|nt|subprocess|sys|importlib|runpy|socket|shutil|pty|ctypes|codeop|marshal|webbrowser|timeit|pdb|bdb",
    "pip|distutils|setuptools|urllib|http|requests|asyncio",
    "code\\.(?:interact|Interactive\\w+)|commands\\.get\\w+|types\\.(?:FunctionType|CodeType|LambdaType)",
    "(?:builtins|__builtin__)\\.(?:eval|exec|execfile|compile|__import__|open|file|input|breakpoint|apply)",
    "(?:_?pickle|cPickle|dill|cloudpickle)\\.loads?|torch\\.(?:hub|load|serialization\\.load)|numpy\\.(?:testing|load)",
  ].join("|")})(?:\\.|$)`,
);

/** @throws EvanesceError where a pickle names something whose only use is to run programs */
export function requireHarmless(path: string, where: string): void {
  if (!HARMFUL.test(path)) return;
  const remedy =
    "nothing was run; do not open this file with torch.load or pickle, and ask its author for a state_dict";
  throw new EvanesceError(where, "a pickle that names only what a model is made of", path, remedy);
}
