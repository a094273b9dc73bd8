import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/lib/ids.js';
import { preparationMs } from '../../src/modules/delivery/core/typing.js';
import { MessageService, presentMessages } from '../../src/modules/messages/index.js';
import type { MediaFile } from '../../src/transports/transport.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { World } from './world.js';
import { humanPaceAt, humanTyping, sourceKinds } from '../../src/modules/delivery/index.js';
import type { CampaignPart } from '../../src/modules/content/index.js';

let db: TestDatabase;
let world: World;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new World(db.database, await db.createTenant());
});

function file(fileName = 'sale.png'): string {
  const id = newId();
  const read = async (): Promise<Buffer> => Buffer.from('bytes');
  const media: MediaFile = { fileName, mimeType: 'image/png', sizeBytes: 5, sha256: 'ab'.repeat(32), read };
  world.files.set(id, media);
  return id;
}

/** As the API shows them, in the order of the parts. */
async function sent() {
  const service = new MessageService({ database: db.database });
  const page = await service.list(world.tenantId, {}, { limit: 50 });
  return presentMessages(page).items.toSorted((a, b) => a.part - b.part);
}

describe.each(sourceKinds)('parts of every type (%s)', (source) => {
  it('are handed over with their files, kept without them, and shown with a link', async () => {
    const phone = await world.sender();
    const mediaId = file();
    const parts: CampaignPart[] = [
      { type: 'image', mediaId, caption: 'For {{ name }}' },
      { type: 'document', mediaId, fileName: 'Prices.pdf' },
      { type: 'voice', mediaId },
      { type: 'location', latitude: -8.05, longitude: -34.9, name: 'Near {{ name }}' },
      { type: 'contact', displayName: 'Support', phoneNumber: '+5511987654321' },
      { type: 'poll', question: 'When, {{ name }}?', choices: ['Now', 'Later'], selectable: 1 },
    ];
    const { recipients } = await world.deliveries(source, { parts });
    await world.drive(world.worker(), recipients[0]!);

    const media = world.files.get(mediaId)!;
    expect(phone.handed.map(({ content }) => content)).toEqual([
      { type: 'image', media, caption: 'For Ana' },
      { type: 'document', media: { ...media, fileName: 'Prices.pdf' } },
      { type: 'voice', media },
      { type: 'location', latitude: -8.05, longitude: -34.9, name: 'Near Ana' },
      { type: 'contact', displayName: 'Support', phoneNumber: '+5511987654321' },
      { type: 'poll', question: 'When, Ana?', choices: ['Now', 'Later'], selectable: 1 },
    ]);
    const link = { id: mediaId, contentUrl: `/api/media/${mediaId}/content`, fileName: null };
    expect(await sent()).toMatchObject([
      { type: 'image', content: 'For Ana', media: link, details: null },
      { type: 'document', content: null, media: { ...link, fileName: 'Prices.pdf' } },
      { type: 'voice', content: null, media: link },
      { type: 'location', content: 'Near Ana', media: null, details: { latitude: -8.05, longitude: -34.9 } },
      { type: 'contact', content: 'Support', details: { phoneNumber: '+5511987654321' } },
      { type: 'poll', content: 'When, Ana?', details: { choices: ['Now', 'Later'], selectable: 1 } },
    ]);
  });

  it('keep plain text as it always was', async () => {
    await world.sender();
    const { recipients } = await world.deliveries(source);
    await world.drive(world.worker(), recipients[0]!);
    const [message] = await world.messages(recipients[0]!.deliveryId);
    expect(message).toMatchObject({ type: 'text', body: 'Hello Ana', content: null });
  });

  it('fail once, before anything is sent, when a file is gone', async () => {
    const phone = await world.sender();
    const parts: CampaignPart[] = [
      { type: 'text', content: 'Look:' },
      { type: 'image', mediaId: newId() },
    ];
    const { id, recipients } = await world.deliveries(source, { parts });
    expect(await world.drive(world.worker(), recipients[0]!)).toEqual({ kind: 'done' });
    await world.drive(world.worker(), recipients[0]!);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
      state: 'failed',
      code: 'media_unavailable',
    });
    expect(phone.handed).toEqual([]);
    expect(await world.messages(recipients[0]!.deliveryId)).toMatchObject(
      source === 'campaign' ? [] : [{ state: 'failed' }, { state: 'skipped', code: 'media_unavailable' }],
    );
    const { ledger, counted } = await world.counts(id);
    expect(ledger).toEqual(counted);
    const [sender] = await world.sql(
      'SELECT health_score, minute_used FROM senders JOIN sender_slots ON sender_id = id WHERE id = $1',
      [phone.senderId],
    );
    expect(sender).toEqual({ health_score: 100, minute_used: 0 });
  });

  it('wait while the store of files does not answer, and cost no quota', async () => {
    const phone = await world.sender();
    const mediaId = file();
    const there = world.files.get(mediaId)!;
    world.files.set(mediaId, { ...there, read: () => Promise.reject(new Error('The store answered 503.')) });
    const parts: CampaignPart[] = [
      { type: 'text', content: 'Look:' },
      { type: 'image', mediaId },
    ];
    const { recipients } = await world.deliveries(source, { parts });
    await expect(world.drive(world.worker(), recipients[0]!)).rejects.toThrow('The store answered 503.');
    expect(phone.handed).toEqual([]);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'queued', code: null });
    const [sender] = await world.sql(
      'SELECT health_score, minute_used FROM senders JOIN sender_slots ON sender_id = id WHERE id = $1',
      [phone.senderId],
    );
    expect(sender).toEqual({ health_score: 100, minute_used: 0 });

    world.files.set(mediaId, there);
    await world.drive(world.worker(), recipients[0]!);
    expect(phone.handed.map(({ content }) => content.type)).toEqual(['text', 'image']);
  });

  it('wait for a sender whose transport can send them', async () => {
    world.transports.waha.capabilities.messageTypes = ['text'];
    const plain = await world.sender({ transport: 'waha' });
    const parts: CampaignPart[] = [
      { type: 'text', content: 'x' },
      { type: 'poll', question: 'x', choices: ['a', 'b'], selectable: 1 },
    ];
    const { recipients } = await world.deliveries(source, { parts });
    expect(await world.drive(world.worker(), recipients[0]!)).toMatchObject({ kind: 'runAgain' });
    expect(plain.handed).toEqual([]);
    const able = await world.sender();
    await world.drive(world.worker(), recipients[0]!);
    expect(able.handed).toHaveLength(2);
  });
});

describe('parts of a campaign', () => {
  it('are sent again after a crash exactly as they were, though the campaign says something else now', async () => {
    const phone = await world.senderWithoutIdempotentIds();
    phone.answer({ kind: 'unknown', code: 'connection_lost' });
    const mediaId = file();
    const { id, recipients } = await world.campaign({
      parts: [{ type: 'image', mediaId, caption: 'Old {{ name }}' }],
    });
    const [payload] = recipients as [(typeof recipients)[0]];
    await world.drive(world.worker(), payload);
    // As the reconciler offers it again.
    await world.sql(`UPDATE deliveries SET state = 'queued' WHERE id = $1`, [payload.deliveryId]);
    await world.sql(`UPDATE messages SET state = 'queued' WHERE delivery_id = $1`, [payload.deliveryId]);
    await world.sql('UPDATE campaigns SET parts = $2 WHERE id = $1', [
      id,
      JSON.stringify([{ type: 'poll', question: 'New?', choices: ['a', 'b'], selectable: 1 }]),
    ]);
    await world.drive(world.worker(), payload);
    expect(phone.handed).toHaveLength(2);
    expect(phone.handed[1]).toEqual(phone.handed[0]);
    expect(await world.messages(payload.deliveryId)).toMatchObject([
      { type: 'image', body: 'Old Ana', content: { type: 'image', mediaId, caption: 'Old Ana' } },
    ]);
  });
});

describe('how long a part is prepared', () => {
  const mediaId = 'a file';
  const half = (): number => 0.5;

  it('goes by the text or the caption; a recording takes its time', () => {
    const long = 'x'.repeat(50);
    expect(preparationMs({ type: 'text', text: long }, humanTyping, half)).toBe(2_000);
    expect(preparationMs({ type: 'image', mediaId, caption: long }, humanTyping, half)).toBe(2_000);
    expect(preparationMs({ type: 'image', mediaId }, humanTyping, half)).toBe(humanTyping.minMs);
    expect(preparationMs({ type: 'voice', mediaId }, humanTyping, half)).toBe(2_300);
  });

  it('is as long as the setting says', () => {
    const { typing, pause } = humanPaceAt(50);
    expect(preparationMs({ type: 'image', mediaId }, typing, half)).toBe(humanTyping.minMs / 2);
    expect(pause).toEqual({ minMs: 500, maxMs: 1_000 });
    expect(humanPaceAt(0).pause).toEqual({ minMs: 0, maxMs: 0 });
    expect(preparationMs({ type: 'voice', mediaId }, humanPaceAt(0).typing, half)).toBe(0);
  });

  it('is nothing where typing is switched off', () => {
    const off = { perCharacterMs: 0, minMs: 0, maxMs: 0 };
    expect(preparationMs({ type: 'voice', mediaId }, off, half)).toBe(0);
  });
});
