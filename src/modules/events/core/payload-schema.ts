/** A kind of event: the JSON schema of its payload, for the API's document, and an example of one. */
export interface EventDefinition<Payload> {
  readonly payload: ReturnType<typeof object>;
  readonly example: Payload;
}

type Field = Readonly<Record<string, unknown>>;

/** An object with exactly these fields. */
export function object(properties: Readonly<Record<string, Field>>) {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  } as const;
}

export function text(description: string): Field {
  return { type: 'string', description };
}

/** A text, or null where there is none. */
export function optionalText(description: string): Field {
  return { type: ['string', 'null'], description };
}

export function number(description: string): Field {
  return { type: 'number', description };
}
