import { SimulatorNetwork, type SimulatorNetworkOptions } from './network.js';

export { instantBehaviour, type Behaviour } from './core/behaviour.js';
export type { BehaviourChange } from './core/behaviour-change.js';
export type { Fault, FaultKind, SenderFault } from './core/faults.js';
export type { Arrival, LedgerSummary } from './ledger.js';
export type { SimulatorNetwork, SimulatorNetworkOptions } from './network.js';
export type { SimulatorSenderConfig } from './sender-config.js';
export { createSimulatorTransport, type SimulatorTransportOptions } from './transport.js';
export { createSimulatorServer, type SimulatorServer } from './process/server.js';

/**
 * A network of pretend phones in this process. The same seed repeats a run, and accepts the senders that an earlier
 * network with this seed has paired. Throws an `invalid` DomainError for a wrong behaviour.
 */
export function createSimulatorNetwork(options: SimulatorNetworkOptions = {}): SimulatorNetwork {
  return new SimulatorNetwork(options);
}
