import type {
  AddressKind,
  MessageType,
  TransportName,
  TransportRegistry,
} from '../../transports/transport.js';

/** The transports that carry all of these types. */
export function carriersOf(registry: TransportRegistry, types: readonly MessageType[]): TransportName[] {
  return Object.values(registry)
    .filter(({ capabilities }) => types.every((type) => capabilities.messageTypes.includes(type)))
    .map(({ name }) => name);
}

/** Of transports those that can write to a person who is known by these kinds; all of them where nothing is said of the person. */
export function addressing(
  registry: TransportRegistry,
  names: readonly TransportName[],
  reachedBy: readonly AddressKind[] | undefined,
): TransportName[] {
  if (!reachedBy) return [...names];
  return names.filter((name) =>
    registry[name]?.capabilities.addresses.some((kind) => reachedBy.includes(kind)),
  );
}

/** By what the connected senders of a pool can write to people, and by what only its other senders can. */
export interface PoolReach {
  present: AddressKind[];
  absent: AddressKind[];
}

export function reachOf(
  registry: TransportRegistry,
  used: readonly { name: TransportName; isThere: boolean }[],
): PoolReach {
  const kindsOf = (names: typeof used): Set<AddressKind> =>
    new Set(names.flatMap(({ name }) => registry[name]?.capabilities.addresses ?? []));
  const present = kindsOf(used.filter(({ isThere }) => isThere));
  return { present: [...present], absent: [...kindsOf(used)].filter((kind) => !present.has(kind)) };
}
