import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '../../src/lib/logger.js';
import {
  createSimulatorNetwork,
  createSimulatorTransport,
  instantBehaviour,
  type BehaviourChange,
  type SimulatorNetwork,
} from '../../src/transports/simulator/index.js';
import type { Peer } from '../../src/transports/peer.js';
import type { OutboundMessage, Transport } from '../../src/transports/transport.js';
import { freshNumber, TestSender } from './contract.js';

const open: SimulatorNetwork[] = [];
afterEach(() => {
  for (const network of open.splice(0)) network.close();
});

async function started(behaviour: BehaviourChange = {}, senders = 1) {
  const network = createSimulatorNetwork({ behaviour: instantBehaviour });
  network.change(behaviour);
  open.push(network);
  const transport: Transport = createSimulatorTransport({ network, logger: createLogger('silent') });
  const all = await Promise.all(
    Array.from({ length: senders }, () => new TestSender(transport, {}).online()),
  );
  return { network, sender: all[0]!, other: all[1]!, to: all[0]!.senderId };
}

let lastLid = 0;
const freshLid = (): string => `77${(lastLid += 1)}`;

function textTo(sender: TestSender, to: Peer, campaignId = 'c'): OutboundMessage {
  return { ...sender.text(''), to, reference: { campaignId, part: 0 } };
}

describe('a phone of a person', () => {
  it('that hides its number is known by its LID until it shows it, whatever it is called by', async () => {
    const { network, sender, other, to } = await started({}, 2);
    const [phone, lid] = [freshNumber(), freshLid()];
    network.describe({ phone, lid, showsNumber: false, pushName: 'Rui' });
    network.write({ to, from: phone, text: 'one' });
    network.write({ to, lid, text: 'two' });
    network.show({ phone, lid });
    network.write({ to, from: phone, text: 'three' });
    await sender.event('message', 3);
    expect(sender.all('message').map(({ from, pushName }) => ({ ...from, pushName }))).toEqual([
      { lid, pushName: 'Rui' },
      { lid, pushName: 'Rui' },
      { phone, lid, pushName: 'Rui' },
    ]);
    expect(sender.all('identity')).toEqual([{ type: 'identity', peers: [{ lid }, { phone, lid }] }]);
    expect(other.all('identity')).toEqual([]);
  });

  it('with nothing but a LID has its number from when it is given, and is one phone with whom that was', async () => {
    const { network, sender, to } = await started();
    const [phone, lid] = [freshNumber(), freshLid()];
    network.write({ to, lid, text: 'by LID' });
    network.write({ to, from: phone, text: 'by number' });
    expect(network.handset({ lid })).toEqual({
      phone: null,
      lid,
      showsNumber: false,
      pushName: null,
      chats: 1,
    });
    expect(() => network.handset({ phone })).toThrow(/Nothing is known of a phone/);
    expect(network.show({ phone, lid })).toMatchObject({ phone, lid, showsNumber: true, chats: 1 });
    await sender.event('identity');
    const next = freshNumber();
    network.changeIdentity({ from: phone, newPhone: next });
    expect(await sender.event('identity_changed')).toMatchObject({
      from: { phone, lid },
      to: { phone: next, lid },
    });
    // The old number is free: whoever has it is another phone.
    network.write({ to, from: phone, text: 'somebody else' });
    expect((await sender.event('message', 3)).from).toEqual({ phone });
  });

  it('changes without anybody being told where nobody sees it, and nothing that is another phone’s', async () => {
    const { network, sender, to } = await started();
    const [phone, next, lid] = [freshNumber(), freshNumber(), freshLid()];
    network.describe({ phone, lid, showsNumber: false });
    network.write({ to, lid, text: 'hi' });
    network.changeIdentity({ lid, newPhone: next });
    expect(() => network.changeIdentity({ lid: freshLid(), newPhone: next })).toThrow(
      /belongs to another phone/,
    );
    expect(() => network.describe({ phone, lid })).toThrow(new RegExp(`has the number \\${next}`));
    expect(() => network.describe({ phone: next, lid: freshLid() })).toThrow(/has the LID/);
    network.changeIdentity({ lid, newLid: '12345' });
    expect(await sender.event('identity_changed')).toMatchObject({ from: { lid }, to: { lid: '12345' } });
    expect(sender.all('identity_changed')).toHaveLength(1);
  });

  it('that was only a number until it changes has the chats that it had', async () => {
    const { network, sender, other, to } = await started({}, 2);
    const [phone, next] = [freshNumber(), freshNumber()];
    network.write({ to, from: phone, text: 'hi' });
    expect(network.changeIdentity({ from: phone, newPhone: next })).toMatchObject({ chats: 1 });
    expect(await sender.event('identity_changed')).toMatchObject({ from: { phone }, to: { phone: next } });
    expect(other.all('identity_changed')).toEqual([]);
  });

  it('is written to by number or LID, replies as what it shows, and quotes what it got', async () => {
    const { network, sender, to } = await started({ replies: { probability: 1, stop: 0 } });
    const [phone, lid] = [freshNumber(), freshLid()];
    network.describe({ phone, lid, showsNumber: false });
    expect(() => network.write({ to, lid, text: 'Which?', quotes: 'latest' })).toThrow(
      /has reached this phone/,
    );
    await sender.session.send(textTo(sender, { phone }));
    expect((await sender.event('message')).from).toEqual({ lid });
    const second = textTo(sender, { lid });
    expect(await sender.session.send(second)).toMatchObject({ kind: 'sent' });
    network.write({ to, from: phone, text: 'This one', quotes: 'latest' });
    await sender.event('message', 3);
    const quotes = sender.all('message').map(({ replyTo }) => replyTo?.waMessageId);
    expect(quotes).toContain(second.waMessageId);
    expect(network.ledger.summary('c')).toMatchObject({ arrived: 2, unique: 1, duplicates: 1 });
    expect(await sender.session.send(textTo(sender, { lid: '12@lid' }))).toMatchObject({
      code: 'invalid_number',
    });
  });

  it('is on WhatsApp, or has blocked senders, by its number also where it is written to by LID', async () => {
    const [gone, blocking] = [freshNumber(), freshNumber()];
    const { network, sender } = await started({ unregisteredNumbers: [gone], blockedNumbers: [blocking] });
    network.describe({ phone: gone, lid: freshLid() });
    const [one, other] = [freshLid(), freshLid()];
    network.describe({ phone: freshNumber(), lid: one });
    network.describe({ phone: blocking, lid: other });
    expect(await sender.session.send(textTo(sender, { lid: one }))).toMatchObject({ kind: 'sent' });
    expect(await sender.session.send(textTo(sender, { lid: other }))).toMatchObject({
      code: 'blocked_by_recipient',
    });
  });

  it('may answer a restricted sender by another address than it was written to', async () => {
    const { network, sender, to } = await started({ faults: [] });
    const [phone, lid] = [freshNumber(), freshLid()];
    network.describe({ phone, lid, showsNumber: false });
    network.write({ to, lid, text: 'hi' });
    network.change({ faults: [{ senderId: sender.senderId, fault: 'restrict' }] });
    expect(await sender.session.send(sender.text(freshNumber()))).toMatchObject({ code: 'restricted' });
    expect(await sender.session.send(textTo(sender, { phone }))).toMatchObject({ kind: 'sent' });
  });
});
