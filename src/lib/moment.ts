import { isISO8601, ValidateBy } from 'class-validator';

/** Date, time and zone; ISO 8601 also knows weeks, days of the year and more, which JavaScript cannot read. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** True for a moment that means the same everywhere: a time without a zone would be read on the server's clock. */
export function isMoment(value: unknown): value is string {
  return typeof value === 'string' && MOMENT.test(value) && isReal(value);
}

/** `orDay` also takes a day alone, which begins at midnight UTC. */
export function IsMoment({ orDay = false } = {}): PropertyDecorator {
  const example = 'write a time with its zone, such as 2026-12-01T09:00:00Z or 2026-12-01T09:00-03:00';
  return ValidateBy(
    {
      // The name by which the OpenAPI document knows it for a time.
      name: 'isIso8601',
      validator: {
        validate: (value) =>
          isMoment(value) || (orDay && typeof value === 'string' && DAY.test(value) && isReal(value)),
      },
    },
    { message: orDay ? `${example}, or a day such as 2026-12-01` : example },
  );
}

/** No 30 February, no 25 o'clock. */
function isReal(text: string): boolean {
  return isISO8601(text, { strict: true }) && !Number.isNaN(Date.parse(text));
}
