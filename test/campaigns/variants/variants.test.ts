import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { variantCycle, variantErrors } from '../../../src/modules/campaigns/variants/core/variants.js';
import {
  compareVariants,
  twoProportionTest,
} from '../../../src/modules/campaigns/reports/core/variant-test.js';
import { createWorld, draft, phone, type World } from '../world.js';
import { World as DeliveryWorld } from '../../delivery/world.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

const text = (content: string) => [{ type: 'text' as const, content }];
const sorted = (numbers: number[]) => numbers.toSorted((a, b) => a - b);
const weights = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 10 });

describe('the order in which variants are assigned', () => {
  it.each([
    [
      [1, 1],
      [0, 1],
    ],
    [
      [3, 1],
      [0, 0, 1, 0],
    ],
    [
      [0.5, 0.25, 0.25],
      [0, 1, 2, 0],
    ],
    [
      [70, 30],
      [0, 1, 0, 0, 0, 1, 0, 0, 1, 0],
    ],
  ])('for the weights %j is %j', (given, cycle) => {
    expect(variantCycle(given)).toEqual(cycle);
  });

  it('is exact over a cycle and close to the shares in every beginning of it', () => {
    fc.assert(
      fc.property(weights, (given) => {
        const cycle = variantCycle(given);
        const total = given.reduce((sum, weight) => sum + weight, 0);
        const assigned = given.map(() => 0);
        // One assertion for all beginnings: an assertion takes longer than all that is asserted.
        let furthest = 0;
        for (const [index, variant] of cycle.entries()) {
          assigned[variant] = (assigned[variant] ?? 0) + 1;
          given.forEach((weight, other) => {
            const due = ((index + 1) * weight) / total;
            furthest = Math.max(furthest, Math.abs((assigned[other] ?? 0) - due));
          });
        }
        expect(furthest).toBeLessThan(given.length);
        given.forEach((weight, index) => {
          expect((assigned[index] ?? 0) / cycle.length).toBeCloseTo(weight / total, 12);
        });
      }),
    );
  });

  it.each([
    [[{ name: 'A' }], 'variants', 'give 2 to 10 variants'],
    [Array.from({ length: 11 }, (_, index) => ({ name: `${index}` })), 'variants', 'give 2 to 10'],
    [[{ name: 'A' }, { name: ' a ' }], 'variants[1].name', 'is the name of variants[0] already'],
    [[{ name: 'A' }, { name: ' ' }], 'variants[1].name', '1 to 100 characters'],
    [[{ name: 'A', weight: 0 }, { name: 'B' }], 'variants[0].weight', 'above 0'],
    [[{ name: 'A', weight: -1 }, { name: 'B' }], 'variants[0].weight', 'above 0'],
    [[{ name: 'A', weight: 1.001 }, { name: 'B' }], 'variants[0].weight', 'two decimals'],
    [[{ name: 'A', weight: 1_001 }, { name: 'B' }], 'variants[0].weight', 'at most 1000'],
    [
      [
        { name: 'A', weight: 333.33 },
        { name: 'B', weight: 666.66 },
        { name: 'C', weight: 0.01 },
      ],
      'variants',
      'rounder',
    ],
  ])('is refused for %j', (given, path, message) => {
    expect(variantErrors(given)).toEqual([{ path, message: expect.stringContaining(message) }]);
  });
});

describe('the comparison of variants', () => {
  it('agrees with published values', () => {
    // 40/100 against 25/100: z = 2.2646, p = 0.0235; 15/100 against 12/100: z = 0.6202, p = 0.5351.
    expect(twoProportionTest({ count: 40, of: 100 }, { count: 25, of: 100 })).toBeCloseTo(0.0235, 3);
    expect(twoProportionTest({ count: 15, of: 100 }, { count: 12, of: 100 })).toBeCloseTo(0.5351, 3);
  });

  it('is a probability, the same both ways, and smaller with more of the same', () => {
    const share = fc
      .integer({ min: 20, max: 2_000 })
      .chain((of) => fc.record({ of: fc.constant(of), count: fc.integer({ min: 0, max: of }) }));
    fc.assert(
      fc.property(share, share, (a, b) => {
        const pValue = twoProportionTest(a, b);
        expect(twoProportionTest(b, a)).toBe(pValue);
        if (pValue === undefined) return;
        expect(pValue).toBeGreaterThanOrEqual(0);
        expect(pValue).toBeLessThanOrEqual(1);
        const tenfold = ({ count, of }: typeof a) => ({ count: count * 10, of: of * 10 });
        expect(twoProportionTest(tenfold(a), tenfold(b))).toBeLessThanOrEqual(pValue + 1e-6);
      }),
    );
  });

  it('finds a difference between equal variants about once in twenty times', () => {
    let found = 0;
    let seed = 1;
    const next = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let run = 0; run < 2_000; run += 1) {
      const draws = () => Array.from({ length: 200 }, next).filter((value) => value < 0.3).length;
      const pValue = twoProportionTest({ count: draws(), of: 200 }, { count: draws(), of: 200 });
      if (pValue !== undefined && pValue < 0.05) found += 1;
    }
    expect(found / 2_000).toBeGreaterThan(0.03);
    expect(found / 2_000).toBeLessThan(0.07);
  });

  it('says in words what it found', () => {
    const compare = (...counts: [number, number][]) =>
      compareVariants(
        'read',
        counts.map(([count, of], index) => ({ name: 'ABC'.charAt(index), count, of })),
      );
    expect(compare([300, 1_000], [400, 1_000])).toMatchObject({
      significant: true,
      winner: 'B',
      statement:
        '"B" was read by 40.0 % of 1000, "A" by 30.0 % of 1000. The difference is significant: between variants of ' +
        'equal worth chance makes one this large less than 1 time in 1,000.',
    });
    expect(compare([300, 1_000], [310, 1_000])).toMatchObject({ significant: false });
    expect(compare([300, 1_000], [310, 1_000]).statement).toMatch(
      /no significant difference: .* 63 times in 100/,
    );
    expect(compare([3, 4], [1, 4]).statement).toContain('too few');
    expect(compare([3, 4], [0, 0]).statement).toContain('nothing to compare');
    expect(compare([50, 50], [50, 50]).statement).toContain('too few');
    // One answer of one recipient does not hide what the others show.
    const aside = compare([400, 1_000], [300, 1_000], [1, 1]);
    expect(aside).toMatchObject({ significant: true, winner: 'A' });
    expect(aside.statement).toContain('("C": too few to be judged)');
    // Significant alone, not among three pairs.
    expect(compare([40, 100], [25, 100])).toMatchObject({ significant: true });
    expect(compare([40, 100], [25, 100], [10, 100])).toMatchObject({ significant: false });
  });
});

describe('a campaign with variants', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world.db.close());

  async function shares(campaignId: string): Promise<number[]> {
    const rows = await world.db.database.manager.query<{ count: number }[]>(
      'SELECT count(*)::int AS count FROM deliveries WHERE campaign_id = $1 GROUP BY variant ORDER BY variant',
      [campaignId],
    );
    return rows.map(({ count }) => count);
  }

  it('divides its recipients exactly by weight, in an order that cannot be guessed but is the same again', async () => {
    const tenantId = await world.tenantWithSender();
    const listIds = [await world.list(tenantId, 1_000)];
    const variants = [
      { name: 'A', weight: 70, template: 'A' },
      { name: 'B', weight: 20, template: 'B' },
      { name: 'C', weight: 10, messages: [...text('C1'), ...text('C2')] },
    ];
    const { campaign } = await world.manager.create(tenantId, { name: 'Test', listIds, variants });
    expect(await shares(campaign.id)).toEqual([700, 200, 100]);
    expect(campaign.variants?.map(({ recipients }) => recipients)).toEqual([700, 200, 100]);
    expect(campaign.parts).toEqual(text('A'));
    const order = async () =>
      (
        await world.db.database.manager.query<{ variant: number }[]>(
          'SELECT variant FROM deliveries WHERE campaign_id = $1 ORDER BY id',
          [campaign.id],
        )
      ).map(({ variant }) => variant);
    const assigned = await order();
    // Every ten in a row have their seven, two and one, each ten in an order of its own.
    const tens = Array.from({ length: 100 }, (_, index) => assigned.slice(index * 10, index * 10 + 10));
    for (const ten of tens) expect(sorted(ten).join('')).toBe('0000000112');
    expect(new Set(tens.map((ten) => ten.join(''))).size).toBeGreaterThan(20);

    await world.manager.update(tenantId, campaign.id, { variants });
    expect(await order()).toEqual(assigned);
    const { counts } = await world.manager.get(tenantId, campaign.id);
    expect(counts.pending).toBe(1_000);
  });

  it('becomes one without and back again while it is a draft', async () => {
    const tenantId = await world.tenantWithSender();
    const contacts = Array.from({ length: 10 }, (_, index) => phone(index));
    const { campaign } = await world.manager.create(tenantId, draft({ contacts }));
    const variants = [
      { name: 'A', template: 'A' },
      { name: 'B', template: 'B' },
    ];
    await world.manager.update(tenantId, campaign.id, { variants });
    expect(await shares(campaign.id)).toEqual([5, 5]);
    const plain = await world.manager.update(tenantId, campaign.id, { template: 'Plain' });
    expect(await shares(campaign.id)).toEqual([10]);
    expect(plain.campaign).toMatchObject({ variants: null, parts: text('Plain') });
  });

  it('reports every validation error of its variants with its path', async () => {
    const tenantId = await world.tenantWithSender();
    const errorsOf = async (input: object): Promise<string[]> => {
      const attempt = world.manager.create(tenantId, { name: 'Test', contacts: [phone(1)], ...input });
      const error: unknown = await attempt.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      return (error as { errors: { path: string }[] }).errors.map(({ path }) => path);
    };
    expect(
      await errorsOf({
        variants: [
          { name: 'A', messages: [...text('ok'), ...text('{{ name | nosuch }}')] },
          { name: 'A', weight: 0, template: '{a|' },
          { name: 'C' },
          { name: 'D', template: 'x', messages: text('x') },
        ],
      }),
    ).toEqual([
      'variants[1].name',
      'variants[1].weight',
      'variants[0].messages[1].content',
      'variants[1].template',
      'variants[2].messages',
      'variants[3].template',
    ]);
    expect(await errorsOf({ template: 'x', variants: [{ name: 'A', template: 'x' }] })).toEqual(['variants']);
    const long = Array.from({ length: 10 }, () => text('x'.repeat(4_000))[0]);
    const many = ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => ({ name, messages: long }));
    expect(await errorsOf({ variants: many })).toEqual(['variants']);
    for (const weight of [0, -1, 1e-9, 0.004, 1_000.5, 0.125, Infinity, Number.NaN]) {
      const variants = [
        { name: 'A', weight, template: 'x' },
        { name: 'B', template: 'y' },
      ];
      expect(await errorsOf({ variants })).toEqual(['variants[0].weight']);
    }
  });

  it('says how each variant did and whether that is more than chance', async () => {
    const tenantId = await world.tenantWithSender();
    const { campaign } = await world.manager.create(tenantId, {
      name: 'Test',
      listIds: [await world.list(tenantId, 400)],
      variants: [
        { name: 'A', template: 'A' },
        { name: 'B', template: 'B' },
      ],
    });
    const move = (variant: number, state: string, limit: number, more = '') =>
      world.db.database.manager.query(
        `UPDATE deliveries SET state = $3 ${more} WHERE id IN (SELECT id FROM deliveries
           WHERE campaign_id = $1 AND variant = $2 AND state = 'pending' ORDER BY id LIMIT $4)`,
        [campaign.id, variant, state, limit],
      );
    await move(0, 'read', 30, ', replied_at = now()');
    await move(0, 'delivered', 150);
    await move(0, 'failed', 20, `, code = 'not_on_whatsapp'`);
    await move(1, 'read', 90);
    await move(1, 'sent', 100);
    const { variants } = await world.manager.stats(tenantId, campaign.id);
    expect(variants).toMatchObject({
      byVariant: [
        {
          name: 'A',
          recipients: 200,
          counts: { read: 30, delivered: 150, failed: 20, replied: 30, pending: 0 },
          rates: { read: { count: 30, of: 180 }, delivered: { rate: 1 }, replied: { count: 30, of: 180 } },
        },
        {
          name: 'B',
          recipients: 200,
          counts: { read: 90, sent: 100, pending: 10 },
          rates: { read: { of: 190 } },
        },
      ],
      comparison: {
        read: { significant: true, winner: 'B' },
        replied: { significant: true, winner: 'A' },
      },
    });
    const [a] = variants?.byVariant ?? [];
    // Wilson's interval of 30 in 180.
    expect(a?.rates.read.low).toBeCloseTo(0.1192, 3);
    expect(a?.rates.read.high).toBeCloseTo(0.2282, 3);
    const plain = await world.manager.create(tenantId, draft({ contacts: [phone(1)] }));
    expect((await world.manager.stats(tenantId, plain.campaign.id)).variants).toBeUndefined();
  });

  it('asks a variable only of those whose variant needs it', async () => {
    const tenantId = await world.tenantWithSender();
    const listIds = [
      await world.list(tenantId, 100, (index) => ({ attributes: index < 40 ? { city: 'Recife' } : {} })),
    ];
    const create = (template: string) =>
      world.manager.create(tenantId, {
        name: 'Test',
        listIds,
        variants: [
          { name: 'A', template: 'Hi' },
          { name: 'B', template },
        ],
      });
    const { campaign, warnings } = await create('Hi {{ city }}');
    const [{ lacking } = { lacking: 0 }] = await world.db.database.manager.query<{ lacking: number }[]>(
      `SELECT count(*)::int AS lacking FROM deliveries
       WHERE campaign_id = $1 AND variant = 1 AND variables ->> 'city' IS NULL`,
      [campaign.id],
    );
    expect(lacking).toBeGreaterThan(10);
    expect(warnings).toMatchObject([{ variable: 'city', count: lacking }]);
    const { items } = await world.manager.problems(tenantId, campaign.id, { limit: 500 });
    expect(items).toHaveLength(lacking);
    expect(new Set(items.map(({ variant }) => variant))).toEqual(new Set(['B']));
    await expect(create('Hi {{ nobody }}')).rejects.toMatchObject({
      code: 'unknown_variable',
      errors: [{ path: 'variants[1].template' }],
    });
  });
});

describe('sending a campaign with variants', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.close());

  it('gives each recipient all parts of its variant, and only those', async () => {
    const world = new DeliveryWorld(db.database, await db.createTenant());
    const session = await world.sender();
    const campaign = await world.campaign({ parts: ['A {{name}}'], recipients: 2 });
    const variants = [
      { name: 'A', weight: 1, parts: text('A {{name}}') },
      { name: 'B', weight: 1, parts: [...text('B1 {{name}}'), ...text('B2')] },
    ];
    const { manager } = db.database;
    await manager.query('UPDATE campaigns SET variants = $2 WHERE id = $1', [
      campaign.id,
      JSON.stringify(variants),
    ]);
    const [first, second] = campaign.recipients;
    await manager.query('UPDATE deliveries SET variant = 1, parts = 2 WHERE id = $1', [second?.deliveryId]);
    const worker = world.worker();
    for (const recipient of [first, second]) {
      if (recipient) await worker.handleSend(recipient, { signal: new AbortController().signal });
    }
    const sent = await manager.query<{ body: string; part: number }[]>(
      'SELECT body, part FROM messages WHERE campaign_id = $1 ORDER BY body',
      [campaign.id],
    );
    expect(sent).toEqual([
      { body: 'A Ana', part: 0 },
      { body: 'B1 Ana', part: 0 },
      { body: 'B2', part: 1 },
    ]);
    expect(session).toBeDefined();
    const states = await manager.query<{ state: string }[]>(
      'SELECT state FROM deliveries WHERE campaign_id = $1',
      [campaign.id],
    );
    expect(states).toEqual([{ state: 'sent' }, { state: 'sent' }]);
  });
});
