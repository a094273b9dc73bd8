import type { Faults } from '../lib/faults.js';
import { yieldingWork, type YieldingWork } from '../lib/yielding-work.js';
import { fieldsOf, type FieldRules } from './dto-rules.js';
import { pathOf, type Place } from './plain-json.js';
import type { DtoClass } from './route.js';

/**
 * Reads plain JSON as an instance of its DTO, and everything that is wrong with it into `faults`: then the instance is
 * of no use. The rules are class-validator's; it does not run them itself because it can neither stop nor rest, and
 * makes an object for every fault of every field: of one body of a few megabytes some hundred megabytes.
 */
export async function readDto<Dto extends object>(
  dto: DtoClass<Dto>,
  plain: object,
  faults: Faults,
): Promise<Dto> {
  return (await new Reading(faults).object(dto, plain, undefined)) as Dto;
}

class Reading {
  private readonly work: YieldingWork = yieldingWork(Number.POSITIVE_INFINITY);

  constructor(private readonly faults: Faults) {}

  async object(dto: DtoClass, plain: object, place: Place | undefined): Promise<object> {
    await this.work.yieldIfDue();
    const instance: Record<string, unknown> = Object.assign(new dto());
    const fields = fieldsOf(dto);
    for (const [name, value] of Object.entries(plain)) {
      const field = fields.get(name);
      if (field) instance[name] = field.transformed(value, plain);
      else
        this.faults.add(() => ({ path: pathOf({ parent: place, name }), message: 'is not a known field' }));
    }
    for (const field of fields.values()) {
      const value = instance[field.name];
      if (!field.applies(value, instance)) continue;
      const inner = { parent: place, name: field.name };
      if (this.followsRules(field, value, instance, inner) && field.nested && value !== undefined) {
        instance[field.name] = await this.nested(field.nested, value, inner);
      }
    }
    return instance;
  }

  private followsRules(field: FieldRules, value: unknown, owner: object, place: Place): boolean {
    for (const rule of field.rules) {
      const words = rule(value, owner);
      if (words === undefined) continue;
      const message = value === undefined ? 'is required' : withoutName(words, field.name);
      this.faults.add(() => ({ path: pathOf(place), message }));
      return false;
    }
    return true;
  }

  private async nested(
    { each, type }: NonNullable<FieldRules['nested']>,
    value: unknown,
    place: Place,
  ): Promise<unknown> {
    if (!each) return this.record(type, value, place);
    if (!Array.isArray(value)) return this.refused(value, place, 'must be an array');
    const items: unknown[] = [];
    for (const [index, item] of value.entries()) {
      items.push(await this.record(type, item, { parent: place, name: index }));
    }
    return items;
  }

  private async record(type: DtoClass, value: unknown, place: Place): Promise<unknown> {
    const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isRecord ? this.object(type, value, place) : this.refused(value, place, 'must be an object');
  }

  private refused(value: unknown, place: Place, message: string): unknown {
    this.faults.add(() => ({ path: pathOf(place), message }));
    return value;
  }
}

/** class-validator starts its sentences with the property, which the path already says. */
function withoutName(message: string, property: string): string {
  if (message.startsWith(`${property} `)) return message.slice(property.length + 1);
  const each = `each value in ${property} `;
  return message.startsWith(each) ? `each value ${message.slice(each.length)}` : message;
}
