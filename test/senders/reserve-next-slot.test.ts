import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addMs } from '../../src/lib/clock.js';
import type { ReservationRequest, SenderManager, SenderService } from '../../src/modules/senders/index.js';
import { sendersToReserve } from '../../src/modules/senders/reserve-next-slot.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { connectedSender, managerOn, request, serviceOn, TestClock } from './fixture.js';
import { slot, START } from './slots.js';

let test: TestDatabase;
let clock: TestClock;
let service: SenderService;
let tenantId: string;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  clock = new TestClock();
  service = serviceOn(test.database, clock);
  tenantId = await test.createTenant();
});

const pace = { minDelay: 3_000, maxDelay: 3_000, occupyMs: 0 };
const patient = (): ReservationRequest => ({ ...request(tenantId), ...pace });
const urgent = (): ReservationRequest => ({ ...patient(), urgent: true });

/** Two workers, each with a batcher of its own. */
function workers(): [SenderManager, SenderManager] {
  return [managerOn(test.database, clock), managerOn(test.database, clock, undefined, 2)];
}

describe('a sender that an urgent request waits for', () => {
  it('is kept for it when its slot has come, in every worker', async () => {
    await connectedSender(test.database, service, tenantId, { name: 'Only one' });
    const [one, other] = workers();
    expect(await one.reserveNextHealthySender(patient())).toMatchObject({ kind: 'reserved' });
    const waiting = await other.reserveNextHealthySender(urgent());
    expect(waiting).toMatchObject({ kind: 'later', at: addMs(START, 3_000), reason: 'pace' });

    clock.forward(3_000);
    const held = await one.reserveNextHealthySender(patient());
    expect(held).toMatchObject({ kind: 'later', at: addMs(START, 3_500) });
    expect(await other.reserveNextHealthySender(urgent())).toMatchObject({ kind: 'reserved' });
  });

  it('does not stay kept when no request comes', async () => {
    await connectedSender(test.database, service, tenantId, { name: 'Only one' });
    const [one] = workers();
    await one.reserveNextHealthySender(patient());
    await one.reserveNextHealthySender(urgent());
    clock.forward(3_500);
    expect(await one.reserveNextHealthySender(patient())).toMatchObject({ kind: 'reserved' });
  });

  it('leaves the other senders to the others', async () => {
    await connectedSender(test.database, service, tenantId, { name: 'First' });
    await connectedSender(test.database, service, tenantId, { name: 'Second' });
    const [one] = workers();
    await Promise.all([one.reserveNextHealthySender(patient()), one.reserveNextHealthySender(patient())]);
    await one.reserveNextHealthySender(urgent());
    clock.forward(3_000);
    expect(await one.reserveNextHealthySender(patient())).toMatchObject({ kind: 'reserved' });
    expect(await one.reserveNextHealthySender(patient())).toMatchObject({ kind: 'later' });
    expect(await one.reserveNextHealthySender(urgent())).toMatchObject({ kind: 'reserved' });
  });

  it('is not kept for a request that waits for hours', () => {
    const far = { ...slot('far'), nextAvailableAt: addMs(START, 3_600_000) };
    const near = { ...slot('near'), nextAvailableAt: addMs(START, 5_000) };
    expect(sendersToReserve([far, near], 2, 1, START)).toEqual([
      { senderId: 'near', until: addMs(START, 5_500) },
    ]);
  });
});
