import { getMetadataStorage, ValidationTypes } from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import type { DtoClass } from '../route.js';
import { adaptTo31, orNull, type JsonSchema } from './adapt.js';

const REF_PREFIX = '#/components/schemas/';
const DATE_TIME = { type: 'string', format: 'date-time' } as const;

interface NumericRule {
  constraints: number[];
}

/** Where the library's own translations are wrong or too loose. */
const converters = {
  isIso8601: DATE_TIME,
  isDateString: DATE_TIME,
  isRFC3339: DATE_TIME,
  isDate: DATE_TIME,
  isUrl: { type: 'string', format: 'uri' } as const,
  // Without a type of their own, so that they do not turn an integer into any number.
  min: ({ constraints }: NumericRule) => ({ minimum: constraints[0] }),
  max: ({ constraints }: NumericRule) => ({ maximum: constraints[0] }),
};

/** Collects the schemas of DTO classes, and of the classes these contain, under their class names. */
export class SchemaCollection {
  private readonly classes = new Map<string, DtoClass>();
  private readonly schemas: Record<string, JsonSchema> = {};

  /** A reference to the class's schema. */
  ref(dto: DtoClass): JsonSchema {
    this.add(dto);
    return { $ref: `${REF_PREFIX}${dto.name}` };
  }

  /** The schema itself, for where it is taken apart: query parameters and forms. */
  resolve(dto: DtoClass): JsonSchema {
    this.add(dto);
    return this.schemas[dto.name] ?? {};
  }

  all(): Record<string, JsonSchema> {
    return this.schemas;
  }

  private add(dto: DtoClass): void {
    const known = this.classes.get(dto.name);
    if (known === dto) return;
    if (known)
      throw new Error(`Two DTO classes are named ${dto.name}; the API document needs distinct names.`);
    this.classes.set(dto.name, dto);
    this.schemas[dto.name] = schemaOf(dto);
    for (const nested of nestedClasses(dto)) this.add(nested);
  }
}

function schemaOf(dto: DtoClass): JsonSchema {
  const schema = adaptTo31(
    targetConstructorToSchema(dto, {
      classTransformerMetadataStorage: defaultMetadataStorage,
      classValidatorMetadataStorage: getMetadataStorage(),
      refPointerPrefix: REF_PREFIX,
      additionalConverters: converters,
    }),
  );
  const properties = schema.properties ?? {};
  for (const name of optionalProperties(dto)) {
    const property = properties[name];
    // @IsOptional() lets null pass as well as absence.
    if (property) properties[name] = orNull(property);
  }
  return { type: 'object', ...schema, properties };
}

function metadataOf(dto: DtoClass) {
  return getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
}

function optionalProperties(dto: DtoClass): Set<string> {
  const optional = metadataOf(dto).filter(({ type }) => type === ValidationTypes.CONDITIONAL_VALIDATION);
  return new Set(optional.map(({ propertyName }) => propertyName));
}

function nestedClasses(dto: DtoClass): DtoClass[] {
  const nested = metadataOf(dto).filter(({ type }) => type === ValidationTypes.NESTED_VALIDATION);
  return nested.flatMap(({ propertyName }) => {
    const found: unknown = defaultMetadataStorage.findTypeMetadata(dto, propertyName)?.typeFunction();
    return typeof found === 'function' ? [found as DtoClass] : [];
  });
}
