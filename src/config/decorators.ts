import {
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  Max,
  Min,
  ValidateBy,
} from 'class-validator';
import { describeSetting, type SettingDescription } from './setting.js';

/** Each decorator gives a property its validation rules and says the same rules in words. */
type Basics = Pick<SettingDescription, 'env' | 'help' | 'unit' | 'whenUnset' | 'secret'>;

export function WholeNumber(
  options: Basics & { default: number; min: number; max: number },
): PropertyDecorator {
  const { min, max, ...description } = options;
  const allowed = `a whole number from ${min} to ${max}`;
  return setting({ ...description, kind: 'whole number', allowed }, [IsInt(), Min(min), Max(max)]);
}

export function Switch(options: Basics & { default: boolean }): PropertyDecorator {
  return setting({ ...options, kind: 'switch', allowed: 'true or false' }, [IsBoolean()]);
}

export function Choice(options: Basics & { default: string; of: readonly string[] }): PropertyDecorator {
  const { of, ...description } = options;
  return setting({ ...description, kind: 'text', allowed: of.join(', ') }, [IsIn(of)]);
}

/** A text that `accepts` says yes to; without a default it may be left out. */
export function Text(
  options: Basics & { default?: string; allowed: string; accepts: (text: string) => boolean },
): PropertyDecorator {
  const { accepts, ...description } = options;
  const rule = ValidateBy({
    name: 'accepted',
    validator: { validate: (value) => typeof value === 'string' && accepts(value) },
  });
  return setting(
    { ...description, kind: 'text' },
    description.default === undefined ? [IsOptional(), rule] : [rule],
  );
}

/** Comma-separated; `accepts` is asked for every entry. */
export function List(
  options: Basics & {
    default: string[];
    allowed: string;
    accepts: (entry: string) => boolean;
    atLeast?: number;
  },
): PropertyDecorator {
  const { accepts, atLeast = 0, ...description } = options;
  const rule = ValidateBy({
    name: 'acceptedList',
    validator: {
      validate: (value) =>
        Array.isArray(value) && value.length >= atLeast && value.every((entry) => accepts(String(entry))),
    },
  });
  return setting({ ...description, kind: 'list' }, [IsArray(), ArrayUnique(), rule]);
}

function setting(description: SettingDescription, rules: PropertyDecorator[]): PropertyDecorator {
  return (target, property) => {
    describeSetting(target, String(property), description);
    for (const rule of rules) rule(target, property);
  };
}
