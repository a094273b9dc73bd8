import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { Installation } from './fixture.js';

let test: TestDatabase;
let installation: Installation;
let tenantId: string;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.database.manager.query('TRUNCATE workers, senders, sessions CASCADE');
  tenantId = await test.createTenant();
  installation = new Installation(test.database);
});
afterEach(() => installation.close());

describe('pairing', () => {
  it('shows a QR code, and connects with the number of the phone that scans it', async () => {
    const host = await installation.host();
    const { id } = await installation.sender(tenantId, { transportConfig: { autoPair: false } });
    await expect(installation.sessions.requireQr(tenantId, id)).rejects.toMatchObject({
      kind: 'not_possible',
      code: 'no_qr_pending',
    });
    await installation.sessions.connect(tenantId, id);
    const qr = await waitFor(() => installation.sessions.qr(tenantId, id), { what: 'a QR code' });
    expect((await installation.senders.get(tenantId, id)).status).toBe('qr');
    expect(await installation.sessions.qr(await test.createTenant(), id)).toBeUndefined();

    const { phoneNumber } = installation.network.scan(qr.payload);
    expect((await installation.connected(tenantId, id, host)).phoneNumber).toBe(phoneNumber);
    expect(await installation.sessions.qr(tenantId, id)).toBeUndefined();
    await expect(installation.sessions.requireQr(tenantId, id)).rejects.toThrow(/already connected/u);
  });

  it('stores the credentials encrypted', async () => {
    const host = await installation.host();
    const { id } = await installation.pairedSender(tenantId, host);
    expect((await installation.row(id)).credentials).toMatch(/^v1:[0-9a-f]{8}:/u);
  });

  it('tells the transport which phone is expected, and refuses another one', async () => {
    const host = await installation.host();
    const config = { autoPair: false };
    const right = await installation.sender(tenantId, {
      name: 'Right',
      phoneNumber: '+5511987654321',
    });
    await installation.sessions.connect(tenantId, right.id);
    expect((await installation.connected(tenantId, right.id, host)).phoneNumber).toBe('+5511987654321');

    const wrong = await installation.sender(tenantId, {
      name: 'Wrong',
      phoneNumber: '+5511987654322',
      transportConfig: config,
    });
    await installation.sessions.connect(tenantId, wrong.id);
    const qr = await waitFor(() => installation.sessions.qr(tenantId, wrong.id));
    installation.network.scan(qr.payload, '+5511911112222');
    const refused = await installation.inStatus(tenantId, wrong.id, 'logged_out');
    expect(refused).toMatchObject({ phoneNumber: '+5511987654322' });
    expect(refused.statusReason).toMatch(/does not have the number/u);
    expect((await installation.row(wrong.id)).credentials).toBeNull();
  });

  it('takes the phone that is expected when the network reports another form of its line', async () => {
    const host = await installation.host();
    const { id } = await installation.sender(tenantId, {
      name: 'From before the ninth digit',
      phoneNumber: '+5531981234567',
      transportConfig: { autoPair: false },
    });
    await installation.sessions.connect(tenantId, id);
    const qr = await waitFor(() => installation.sessions.qr(tenantId, id));
    installation.network.scan(qr.payload, '+553181234567');
    expect(await installation.connected(tenantId, id, host)).toMatchObject({ phoneNumber: '+553181234567' });
  });
});

describe('a restart', () => {
  it('restores the session without a new QR code', async () => {
    const first = await installation.host();
    const { id } = await installation.pairedSender(tenantId, first);
    const { epoch } = await installation.row(id);
    await installation.stop(first);
    expect(await installation.senders.get(tenantId, id)).toMatchObject({ status: 'disconnected' });
    expect(await installation.row(id)).toMatchObject({ workerId: null, desiredState: 'connected' });
    expect(await test.database.manager.query('SELECT id FROM workers')).toEqual([]);

    const { qrShown } = installation.transport;
    const second = await installation.host();
    await installation.connected(tenantId, id, second);
    expect(installation.transport.qrShown).toBe(qrShown);
    expect(second.sessionOf(id)?.epoch).toBe(epoch + 1);
  });

  it('after a kill takes over at once what a dead process of this machine held', async () => {
    const first = await installation.host();
    const { id } = await installation.pairedSender(tenantId, first);
    await installation.stop(first);
    // As a kill leaves it: a worker row, and a lease far from expired. Pid 1 after a restart is our own pid in a container.
    for (const pid of [2 ** 22 + 1, process.pid]) {
      const dead = await test.createTenant();
      await test.database.manager.query('INSERT INTO workers (id, hostname, pid) VALUES ($1, $2, $3)', [
        dead,
        'machine-a',
        pid,
      ]);
      await test.database.manager.query(
        `UPDATE sessions SET worker_id = $1, lease_expires_at = now() + interval '1 hour'`,
        [dead],
      );
      await test.database.manager.query(`UPDATE senders SET status = 'connected'`);
      installation.queue.jobs.length = 0;
      const next = await installation.host();
      // What the dead one was sending is resolved without waiting for the next round.
      expect(installation.queue.jobs.map(({ name }) => name)).toContain('maintenance.reconcile');
      await installation.connected(tenantId, id, next);
      await installation.stop(next);
    }
  });

  it('leaves the leases of living workers and of other machines alone', async () => {
    const first = await installation.host();
    const { id } = await installation.pairedSender(tenantId, first);
    const second = await installation.host();
    const other = await installation.host({ hostname: 'machine-b' });
    expect(second.sessionOf(id) ?? other.sessionOf(id)).toBeUndefined();
    expect((await installation.row(id)).workerId).toBe(first.workerId);
    expect(first.sessionOf(id)).toBeDefined();
  });
});

describe('a lease', () => {
  it('that a silent worker let expire goes to another one with the next epoch, without a new QR code', async () => {
    const frozen = await installation.host({ timing: { heartbeatMs: 600_000, leaseMs: 3_000 } });
    const { id } = await installation.pairedSender(tenantId, frozen);
    const { qrShown } = installation.transport;
    const other = await installation.host({ hostname: 'machine-b' });
    await installation.connected(tenantId, id, other);
    expect(installation.transport.qrShown).toBe(qrShown);
    expect(other.sessionOf(id)?.epoch).toBe(2);
    expect(frozen.sessionOf(id)).toBeUndefined();
  });

  it('that was lost ends the session at once, and the late host can write nothing', async () => {
    const host = await installation.host();
    const { id } = await installation.pairedSender(tenantId, host);
    const stranger = await test.createTenant();
    await test.database.manager.query(
      `UPDATE sessions SET worker_id = $1, epoch = epoch + 1, lease_expires_at = now() + interval '1 hour'`,
      [stranger],
    );
    await test.database.manager.query(`UPDATE senders SET status_reason = 'written by the new host'`);
    await waitFor(() => host.sessionOf(id) === undefined, { what: 'the end of the session' });
    await waitFor(() => installation.network.stats().connected === 0);
    expect(await installation.row(id)).toMatchObject({ workerId: stranger, epoch: 2 });
    expect((await installation.senders.get(tenantId, id)).statusReason).toBe('written by the new host');
  });

  it('is renewed for as long as the worker lives', async () => {
    const host = await installation.host();
    const { id } = await installation.pairedSender(tenantId, host);
    const before = await installation.row(id);
    await waitFor(async () => {
      const { leaseExpiresAt } = await installation.row(id);
      return (leaseExpiresAt?.getTime() ?? 0) > (before.leaseExpiresAt?.getTime() ?? 0) + 200;
    });
    expect(host.sessionOf(id)?.epoch).toBe(before.epoch);
  });
});

describe('a connection', () => {
  it('that breaks is made again without a QR code', async () => {
    const host = await installation.host();
    const { id } = await installation.pairedSender(tenantId, host);
    const { qrShown, opened } = installation.transport;
    installation.network.drop(id, 'disconnected');
    await waitFor(() => installation.transport.opened > opened);
    await installation.connected(tenantId, id, host);
    expect(installation.transport.qrShown).toBe(qrShown);
  });

  it('that shows no sign of life is made again', async () => {
    const host = await installation.host({ timing: { probeEveryMs: 30 } });
    const { id } = await installation.pairedSender(tenantId, host);
    const { opened } = installation.transport;
    installation.transport.deaf = true;
    await waitFor(() => installation.transport.opened > opened);
    installation.transport.deaf = false;
    await installation.connected(tenantId, id, host);
  });

  it('is dropped on request and keeps its pairing', async () => {
    const host = await installation.host();
    const { id } = await installation.pairedSender(tenantId, host);
    const { qrShown } = installation.transport;
    await installation.sessions.disconnect(tenantId, id);
    await installation.inStatus(tenantId, id, 'disconnected');
    expect(host.sessionOf(id)).toBeUndefined();
    await installation.sessions.connect(tenantId, id);
    await installation.connected(tenantId, id, host);
    expect(installation.transport.qrShown).toBe(qrShown);
  });

  it('ends when its sender is deleted', async () => {
    const host = await installation.host();
    const { id } = await installation.pairedSender(tenantId, host);
    await installation.senders.remove(tenantId, id);
    await waitFor(() => host.sessionOf(id) === undefined);
    await waitFor(() => installation.network.stats().connected === 0);
  });
});

describe('the end of a pairing', () => {
  it('by a log-out is final: credentials are forgotten and the next connect shows a new QR code', async () => {
    const host = await installation.host();
    const { id } = await installation.pairedSender(tenantId, host);
    await installation.sessions.logout(tenantId, id);
    await installation.inStatus(tenantId, id, 'logged_out');
    expect(await installation.row(id)).toMatchObject({ credentials: null, workerId: null });
    const { qrShown } = installation.transport;
    await installation.sessions.connect(tenantId, id);
    await installation.connected(tenantId, id, host);
    expect(installation.transport.qrShown).toBe(qrShown + 1);
  });

  it('by a log-out that is done is not done again', async () => {
    const host = await installation.host();
    const { id } = await installation.pairedSender(tenantId, host);
    await installation.sessions.logout(tenantId, id);
    await installation.inStatus(tenantId, id, 'logged_out');
    const { epoch } = await installation.row(id);
    await host.handleSync({ tenantId, senderId: id }, { signal: new AbortController().signal });
    expect(await installation.row(id)).toMatchObject({ epoch, workerId: null });
  });

  it('by a log-out also reaches a sender that is not connected', async () => {
    const host = await installation.host();
    const { id } = await installation.pairedSender(tenantId, host);
    await installation.sessions.disconnect(tenantId, id);
    await installation.inStatus(tenantId, id, 'disconnected');
    await installation.sessions.logout(tenantId, id);
    await installation.inStatus(tenantId, id, 'logged_out');
    expect((await installation.row(id)).credentials).toBeNull();
  });

  it.each(['logged_out', 'banned'] as const)('by WhatsApp (%s) is not followed by a reconnect', async (loss) => {
    const host = await installation.host();
    const { id } = await installation.pairedSender(tenantId, host);
    const { opened } = installation.transport;
    installation.network.drop(id, loss);
    await installation.inStatus(tenantId, id, loss);
    const row = await installation.row(id);
    expect(row).toMatchObject({ workerId: null });
    expect(row.desiredState).not.toBe('connected');
    expect(row.credentials === null).toBe(loss === 'logged_out');
    await host.handleSync({ tenantId, senderId: id }, { signal: new AbortController().signal });
    expect(installation.transport.opened).toBe(opened);
    expect((await installation.senders.get(tenantId, id)).status).toBe(loss);
  });
});
