import { type Json, jsonSchema, withDialect } from "../base/json-schema.ts";
import { feedforwardSchema } from "./feedforward.ts";
import { recurrentSchema } from "./recurrent.ts";

/** The JSON Schema of both kinds with defaults and descriptions, as `evanesce schema` prints it. */
export const networkJsonSchema = (): Json =>
  withDialect({ oneOf: [recurrentSchema(), feedforwardSchema()].map(jsonSchema) });
