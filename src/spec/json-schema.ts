import * as z from "zod/mini";
import { networkSchema } from "./index.ts";

/** The JSON Schema of both kinds with defaults and descriptions, as `evanesce schema` prints it. */
export function networkJsonSchema(): unknown {
  return z.toJSONSchema(networkSchema(), {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      // zod drops the default of a preprocessed field, and every name is preprocessed
      const { def } = zodSchema._zod;
      if (def.type === "default") jsonSchema.default = def.defaultValue;
    },
  });
}
