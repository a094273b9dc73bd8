/** JSON Schema as OpenAPI 3.1 writes it (draft 2020-12), as far as DTO classes produce it. */
export interface JsonSchema {
  [keyword: string]: unknown;
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  required?: string[];
  $ref?: string;
  enum?: unknown[];
}

/** Turns what class-validator-jsonschema writes for OpenAPI 3.0 into 3.1: no `nullable`, numeric exclusive bounds. */
export function adaptTo31(schema: unknown): JsonSchema {
  return adapt(schema) as JsonSchema;
}

function adapt(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(adapt);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = value as JsonSchema;
  const adapted = Object.fromEntries(
    Object.entries(rest).map(([key, inner]) => [key, adapt(inner)]),
  ) as JsonSchema;
  moveExclusive(adapted, 'exclusiveMinimum', 'minimum');
  moveExclusive(adapted, 'exclusiveMaximum', 'maximum');
  if (adapted.type === undefined && adapted.enum) Object.assign(adapted, typeOf(adapted.enum));
  return nullable === true ? orNull(adapted) : adapted;
}

/** The same schema, null being fine too. */
export function orNull(schema: JsonSchema): JsonSchema {
  if (schema.$ref !== undefined) return { anyOf: [schema, { type: 'null' }] };
  const withEnum = schema.enum && !schema.enum.includes(null) ? { enum: [...schema.enum, null] } : {};
  if (typeof schema.type === 'string') return { ...schema, ...withEnum, type: [schema.type, 'null'] };
  if (Array.isArray(schema.type)) {
    return { ...schema, ...withEnum, type: [...new Set([...schema.type, 'null'])] };
  }
  return { anyOf: [schema, { type: 'null' }] };
}

function moveExclusive(schema: JsonSchema, exclusive: string, bound: string): void {
  if (typeof schema[exclusive] !== 'boolean') return;
  if (schema[exclusive]) {
    schema[exclusive] = schema[bound];
    delete schema[bound];
  } else delete schema[exclusive];
}

function typeOf(values: unknown[]): { type?: string } {
  const types = new Set(values.map((value) => typeof value));
  const [only] = types;
  return types.size === 1 && only !== undefined && only !== 'object' ? { type: only } : {};
}
