import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addMs, systemClock } from '../../../src/lib/clock.js';
import { waitForHours } from '../../../src/modules/delivery/core/due.js';
import type { sendMessage } from '../../../src/modules/delivery/index.js';
import type { SendMessageDto } from '../../../src/modules/messages/index.js';
import type { PayloadOf } from '../../../src/queue/job.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { saveSettings } from '../../support/rows.js';
import { DirectWorld } from './world.js';

type SendPayload = PayloadOf<typeof sendMessage>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Long before anything that is done here. */
const LONG_AGO = new Date(0);

describe('hours that are closed', () => {
  const now = new Date('2026-03-02T12:00:00Z');
  it.each([
    ['open soon: waited for in the queue', MINUTE, { in: 'queue', lookAt: addMs(now, MINUTE) }],
    ['open later: in the database', MINUTE + 1, { in: 'database', lookAt: addMs(now, MINUTE + 1) }],
    ['open much later: looked at in between', 30 * HOUR, { in: 'database', lookAt: addMs(now, HOUR) }],
    ['do not open: looked at all the same', null, { in: 'database', lookAt: addMs(now, HOUR) }],
  ])('%s', (_, opensInMs, wait) => {
    expect(waitForHours({ until: opensInMs === null ? null : addMs(now, opensInMs) }, now)).toEqual(wait);
  });
});

describe('a direct message that cannot leave', () => {
  let db: TestDatabase;
  let world: DirectWorld;

  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    world = await DirectWorld.create(db);
  });

  const set = (values: Parameters<typeof saveSettings>[2]) =>
    saveSettings(db.database.manager, world.tenantId, values);

  const clockTime = (at: Date) => at.toISOString().slice(11, 16);

  /** From an hour ago until two hours from now, on the clock of UTC; and when that is over. */
  function aroundNow(): { from: string; to: string; timeZone: string; end: string } {
    const end = addMs(new Date(), 2 * HOUR);
    end.setUTCSeconds(0, 0);
    return {
      from: clockTime(addMs(new Date(), -HOUR)),
      to: clockTime(end),
      timeZone: 'UTC',
      end: end.toISOString(),
    };
  }

  /** One quick look of a worker at the job of the message that was accepted last. */
  async function look(): Promise<void> {
    const payload = world.queue.jobs.at(-1)?.payload as SendPayload;
    await world.world.drive(world.world.worker(), payload, 0);
  }

  async function sendMarketing(input: Partial<SendMessageDto> = {}): Promise<string> {
    const { id } = await world.send({ purpose: 'marketing', ...input });
    await look();
    return id;
  }

  /** The deliveries that the reconciliation gives to the queue. */
  async function offered(): Promise<SendPayload[]> {
    world.world.enqueued.splice(0);
    await world.world.reconcile().run();
    return world.offered.map(({ payload }) => payload);
  }

  async function quiet(): Promise<string> {
    const { end, ...quietHours } = aroundNow();
    await set({ quietHours, updatedAt: LONG_AGO });
    return end;
  }

  describe('because of its hours', () => {
    it('says which hours those are and when they open, and needs no job until then', async () => {
      await world.world.sender();
      const until = await quiet();
      const id = await sendMarketing();
      expect(await world.shown(id)).toMatchObject({
        state: 'queued',
        waitingFor: { reason: 'quiet_hours', until },
      });
      await set({ sendWindow: { timeZone: 'UTC', days: [] }, updatedAt: LONG_AGO });
      const never = await sendMarketing();
      expect(await world.shown(never)).toMatchObject({
        state: 'queued',
        waitingFor: { reason: 'outside_window', until: null },
      });
      expect(await offered()).toEqual([]);
    });

    it('leaves within a pass of the reconciliation after the hours were changed', async () => {
      const phone = await world.world.sender();
      await quiet();
      const ids = [await sendMarketing(), await sendMarketing(), await sendMarketing()];
      expect(await offered()).toEqual([]);
      await set({ quietHours: null, updatedAt: new Date() });
      const due = await offered();
      expect(due).toHaveLength(3);
      for (const payload of due) await world.world.drive(world.world.worker(), payload);
      expect(phone.handed).toHaveLength(3);
      for (const id of ids) expect(await world.shown(id)).toMatchObject({ state: 'sent', waitingFor: null });
    });

    it('leaves when they open, and is looked at meanwhile although nothing was changed', async () => {
      const phone = await world.world.sender();
      const until = await quiet();
      const id = await sendMarketing();
      const passes = (ms: number) =>
        world.sql(
          `UPDATE deliveries SET send_at = send_at - make_interval(secs => $2::float8 / 1000) WHERE tenant_id = $1`,
          [world.tenantId, ms],
        );
      await passes(HOUR);
      const [early] = await offered();
      await world.world.drive(world.world.worker(), early!, 0);
      expect(await world.shown(id)).toMatchObject({ waitingFor: { reason: 'quiet_hours', until } });
      expect(phone.handed).toEqual([]);

      await passes(HOUR);
      const [due] = await offered();
      const clock = { now: () => addMs(systemClock.now(), 2 * HOUR) };
      await world.world.drive(world.world.worker({ clock }), due!);
      expect(await world.shown(id)).toMatchObject({ state: 'sent' });
    });

    it('comes after its own time, and can be cancelled', async () => {
      await world.world.sender();
      const until = await quiet();
      const sendAt = addMs(new Date(), 2 * MINUTE).toISOString();
      const id = await sendMarketing({ sendAt });
      expect(await world.shown(id)).toMatchObject({ state: 'pending', waitingFor: null });
      await world.sql(`UPDATE deliveries SET send_at = now() WHERE tenant_id = $1`, [world.tenantId]);
      await look();
      expect(await world.shown(id)).toMatchObject({
        state: 'queued',
        sendAt,
        waitingFor: { reason: 'quiet_hours', until },
      });
      await world.direct.cancel(world.tenantId, id);
      await set({ quietHours: null, updatedAt: new Date() });
      expect(await offered()).toEqual([]);
      expect(await world.shown(id)).toMatchObject({ state: 'skipped', code: 'cancelled' });
    });

    it('is skipped over the cap once they are open', async () => {
      const phone = await world.world.sender();
      await quiet();
      const to = world.phone();
      const first = await sendMarketing({ to, content: 'first' });
      await set({ quietHours: null, frequencyCap: { messages: 1, days: 30 }, updatedAt: new Date() });
      const second = await sendMarketing({ to, content: 'second' });
      const [due] = await offered();
      await world.world.drive(world.world.worker(), due!);
      expect(phone.texts).toEqual(['second']);
      expect(await world.shown(second)).toMatchObject({ state: 'sent' });
      expect(await world.shown(first)).toMatchObject({ state: 'skipped', code: 'frequency_cap' });
    });
  });

  describe('because of its sender', () => {
    it('fails when that one was deleted: at its turn, at its time, or while it waits for its hours', async () => {
      const [asked, other] = [await world.world.sender(), await world.world.sender()];
      const { senderId } = asked;
      await quiet();
      const resting = await sendMarketing({ senderId });
      const { id: scheduled } = await world.send({
        senderId,
        sendAt: addMs(new Date(), 2 * HOUR).toISOString(),
      });
      const { id: next } = await world.send({ senderId });
      await world.sql('DELETE FROM senders WHERE id = $1', [senderId]);
      await look();
      await world.sql('UPDATE deliveries SET send_at = now() WHERE tenant_id = $1', [world.tenantId]);
      for (const payload of await offered()) await world.world.drive(world.world.worker(), payload, 0);
      for (const id of [resting, scheduled, next])
        expect(await world.shown(id)).toMatchObject({
          state: 'failed',
          code: 'sender_deleted',
          waitingFor: null,
        });
      expect(other.handed).toEqual([]);
    });

    it('may have left with one that was deleted, and is unknown then', async () => {
      const asked = await world.world.sender();
      asked.answer({ kind: 'unknown', code: 'timeout' });
      const { id } = await world.send({ senderId: asked.senderId });
      await look();
      expect(await world.shown(id)).toMatchObject({ state: 'queued' });
      await world.sql('DELETE FROM senders WHERE id = $1', [asked.senderId]);
      await look();
      expect(await world.shown(id)).toMatchObject({ state: 'unknown', code: 'sender_lost' });
    });

    it.each([
      ['is not connected', `status = 'disconnected'`, 'no_sender_connected'],
      ['is logged out', `status = 'logged_out'`, 'no_sender_connected'],
      ['is paused', `paused_at = now()`, 'all_paused'],
    ])('waits for one that %s, says so, and can be cancelled', async (_, change, reason) => {
      const { senderId } = await world.world.sender();
      await world.sql(`UPDATE senders SET ${change} WHERE id = $1`, [senderId]);
      const sendAt = addMs(new Date(), MINUTE).toISOString();
      for (const input of [{}, { senderId }, { sendAt }]) {
        const { id } = await world.send(input);
        await world.sql(
          'UPDATE deliveries SET send_at = now() WHERE tenant_id = $1 AND send_at IS NOT NULL',
          [world.tenantId],
        );
        await look();
        expect(await world.shown(id)).toMatchObject({ state: 'queued', waitingFor: { reason, until: null } });
        await world.direct.cancel(world.tenantId, id);
        expect(await world.shown(id)).toMatchObject({ state: 'skipped', code: 'cancelled' });
      }
    });
  });
});
