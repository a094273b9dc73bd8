import { describe, expect, it } from '@jest/globals';
import { validate } from 'class-validator';
import fc from 'fast-check';
import { IsMoment, isMoment } from '../../src/lib/moment.js';

class Asked {
  @IsMoment()
  at!: unknown;

  @IsMoment({ orDay: true })
  on!: unknown;
}

async function messages(values: Partial<Asked>): Promise<Record<string, string>> {
  const errors = await validate(
    Object.assign(new Asked(), { at: new Date(0).toISOString(), on: '2026-12-01', ...values }),
  );
  return Object.fromEntries(
    errors.map(({ property, constraints = {} }) => [property, Object.values(constraints).join()]),
  );
}

describe('a moment in a request', () => {
  it('is a date and a time with a zone', () => {
    for (const text of [
      '2026-12-01T09:00:00Z',
      '2026-12-01T09:00Z',
      '2026-12-01T09:00:00.123456Z',
      '2026-12-01T09:00-03:00',
      '2028-02-29T23:59:59+05:45',
    ]) {
      expect([text, isMoment(text)]).toEqual([text, true]);
    }
  });

  it('is not what would be read on the clock of the server, or not at all', () => {
    for (const text of [
      '2026-12-01T09:00',
      '2026-12-01',
      '2026-12',
      '2026-W51-1',
      '2026-350',
      '20261201T090000Z',
      '2026-12-01T09:00:00,5Z',
      '2026-12-01T09:00+01',
      '2026-02-29T09:00Z',
      '2026-04-31T09:00Z',
      '2026-12-01T24:00:00Z',
      '2026-12-01T23:59:60Z',
      '2026-12-01 09:00:00Z',
      ' 2026-12-01T09:00:00Z',
      'tomorrow',
      '',
      5,
      null,
      {},
    ]) {
      expect([text, isMoment(text)]).toEqual([text, false]);
    }
  });

  it('can always be read', () => {
    fc.assert(
      fc.property(
        fc.date({
          noInvalidDate: true,
          min: new Date('1970-01-01T00:00:00Z'),
          max: new Date('9999-12-31T00:00:00Z'),
        }),
        (at) => {
          expect(isMoment(at.toISOString())).toBe(true);
        },
      ),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (isMoment(text)) expect(new Date(text).getTime()).not.toBeNaN();
      }),
    );
  });

  it('is asked for in words, with a day alone where that is enough', async () => {
    expect(await messages({})).toEqual({});
    expect(await messages({ at: '2026-12-01' })).toEqual({ at: expect.stringMatching(/with its zone/) });
    expect(await messages({ on: '2026-W51-1' })).toEqual({ on: expect.stringMatching(/or a day/) });
  });
});
