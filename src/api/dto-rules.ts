import { TransformationType } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, ValidationTypes, type ValidationArguments } from 'class-validator';
import { cached } from '../lib/cached.js';
import { shortened } from '../lib/faults.js';
import type { DtoClass } from './route.js';

/** Characters of the caller's value that the text of a rule may quote. */
const QUOTED = 60;

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];
type Constraint = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidatorConstraints']>[number];

/** What is wrong with a field's value by one decorator of class-validator; undefined when nothing is. */
type Rule = (value: unknown, owner: object) => string | undefined;

/** What a DTO says of one field. */
export interface FieldRules {
  name: string;
  /** The names class-validator gives the rules, such as `isInt`. */
  ruleNames: ReadonlySet<string>;
  /** False where nothing is asked of the value: an optional field that is absent or null. */
  applies(value: unknown, owner: object): boolean;
  /** In the order they are written: the first says which type is wanted. */
  rules: readonly Rule[];
  /** The class of the object that belongs here or, with `each`, of the objects of a list. */
  nested: { each: boolean; type: DtoClass } | undefined;
  /** What `@Transform` makes of the value before it is checked. */
  transformed(value: unknown, owner: object): unknown;
}

const known = new Map<DtoClass, ReadonlyMap<string, FieldRules>>();

/** The fields of a DTO by name, inherited ones too. class-validator searches all classes at each call; here it is once. */
export function fieldsOf(dto: DtoClass): ReadonlyMap<string, FieldRules> {
  return cached(known, dto, () => {
    const byName = new Map<string, Metadata[]>();
    for (const metadata of getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false)) {
      cached(byName, metadata.propertyName, () => []).push(metadata);
    }
    return new Map([...byName].map(([name, metadata]) => [name, rulesOf(dto, name, metadata)]));
  });
}

function rulesOf(dto: DtoClass, name: string, all: readonly Metadata[]): FieldRules {
  const ofType = (...types: string[]) => all.filter(({ type }) => types.includes(type));
  const conditions = ofType(ValidationTypes.CONDITIONAL_VALIDATION);
  const transforms = defaultMetadataStorage.findTransformMetadatas(
    dto,
    name,
    TransformationType.PLAIN_TO_CLASS,
  );
  return {
    name,
    ruleNames: new Set(all.flatMap((metadata) => metadata.name ?? [])),
    applies: (value, owner) => conditions.every(({ constraints: [applies] }) => applies(owner, value)),
    // Decorators run from the last one to the first.
    rules: ofType(ValidationTypes.IS_DEFINED, ValidationTypes.CUSTOM_VALIDATION)
      .toReversed()
      .flatMap(rulesFrom),
    nested: nestedIn(dto, name, ofType(ValidationTypes.NESTED_VALIDATION)[0]),
    transformed: (value, owner) =>
      transforms.reduce<unknown>(
        (now, { transformFn }) =>
          transformFn({
            value: now,
            key: name,
            obj: owner,
            type: TransformationType.PLAIN_TO_CLASS,
            options: {},
          }),
        value,
      ),
  };
}

function nestedIn(dto: DtoClass, name: string, metadata: Metadata | undefined): FieldRules['nested'] {
  if (!metadata) return undefined;
  const type: unknown = defaultMetadataStorage.findTypeMetadata(dto, name)?.typeFunction();
  if (typeof type !== 'function') throw new Error(`${dto.name}.${name} is nested and has no @Type().`);
  return { each: metadata.each, type: type as DtoClass };
}

function rulesFrom(metadata: Metadata): Rule[] {
  return getMetadataStorage()
    .getTargetValidatorConstraints(metadata.constraintCls)
    .map((constraint) => ruleFrom(metadata, constraint));
}

function ruleFrom(metadata: Metadata, { instance, async }: Constraint): Rule {
  const { propertyName: property, constraints, each } = metadata;
  if (async) throw new Error(`A rule of ${property} is asynchronous; DTOs have rules that answer at once.`);
  return (value, owner) => {
    if (metadata.validateIf && !metadata.validateIf(owner, value)) return undefined;
    const about = { targetName: owner.constructor.name, property, object: owner, value, constraints };
    const accepts = (one: unknown) => instance.validate(one, about) === true;
    if (each && Array.isArray(value) ? value.every(accepts) : accepts(value)) return undefined;
    return wordsFor(metadata.message || instance.defaultMessage?.(about) || 'is not valid', about);
  };
}

/** class-validator's own placeholders. A value is quoted with its beginning only. */
function wordsFor(message: Metadata['message'], about: ValidationArguments): string {
  const words = typeof message === 'function' ? message(about) : message;
  return words.replaceAll(/\$(?:constraint(\d+)|value|property|target)/g, (token, number?: string) => {
    if (number !== undefined) return wordOf(about.constraints[Number(number) - 1]);
    if (token === '$property') return about.property;
    return token === '$target' ? about.targetName : (quoted(about.value) ?? token);
  });
}

function wordOf(constraint: unknown): string {
  return Array.isArray(constraint) ? constraint.join(', ') : String(constraint);
}

function quoted(value: unknown): string | undefined {
  return ['string', 'boolean', 'number'].includes(typeof value)
    ? shortened(String(value), QUOTED)
    : undefined;
}
