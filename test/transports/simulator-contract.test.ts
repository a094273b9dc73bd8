import { createLogger } from '../../src/lib/logger.js';
import {
  createSimulatorNetwork,
  createSimulatorServer,
  createSimulatorTransport,
  instantBehaviour,
  type SimulatorNetwork,
} from '../../src/transports/simulator/index.js';
import type { Transport } from '../../src/transports/transport.js';
import { transportContract, type ContractHarness } from './contract.js';

const UNREGISTERED = '+5511988887777';
const logger = createLogger('silent');

function contractNetwork(): SimulatorNetwork {
  return createSimulatorNetwork({
    behaviour: {
      ...instantBehaviour,
      receipts: { ...instantBehaviour.receipts, read: 1, readDelay: 5 },
      unregisteredNumbers: [UNREGISTERED],
      timeOut: { afterMs: 60_000, arrives: 1 },
    },
  });
}

function harnessFor(
  network: SimulatorNetwork,
  transport: Transport,
  close: () => Promise<void>,
): ContractHarness {
  return {
    transport,
    config: {
      autoPair: {},
      manualPair: { autoPair: false },
      wrong: { autoPair: 'yes' },
    },
    unregisteredNumber: UNREGISTERED,
    slow: (senderId) => network.change({ faults: [{ senderId, fault: 'time_out' }] }),
    scan: (payload) => network.scan(payload),
    write: (to, from, text) => network.write({ to, from, text }),
    drop: (senderId, reason) => network.drop(senderId, reason),
    seenAt: async (phone) => {
      const arrivals = network.ledger.page({ limit: 10_000 })?.items ?? [];
      const arrival = arrivals.find(({ to }) => to === phone);
      return arrival && { type: arrival.type, body: arrival.body, sha256: arrival.sha256 };
    },
    arrivedAt: async (phone) => {
      const arrivals = network.ledger.page({ limit: 10_000 })?.items ?? [];
      return arrivals.filter(({ to }) => to === phone).map(({ id }) => id);
    },
    close,
  };
}

transportContract('simulator in-process', async () => {
  const network = contractNetwork();
  const transport = createSimulatorTransport({ network, logger });
  return harnessFor(network, transport, async () => {
    await transport.close();
    network.close();
  });
});

transportContract('simulator over a link', async () => {
  const network = contractNetwork();
  const server = createSimulatorServer({ network, logger });
  const transport = createSimulatorTransport({ network: { url: await server.listen(0) }, logger });
  return harnessFor(network, transport, async () => {
    await transport.close();
    await server.close();
    network.close();
  });
});
