import { invalid, type FieldError } from '../../../lib/errors.js';
import { fields, phone, text, type Rule } from '../core/rules.js';
import { parseChanged, parseDescribed, parseEdit, parseMessage, parseShown } from '../core/writing.js';
import type { SimulatorNetwork } from '../network.js';

export interface EndpointInput {
  query: URLSearchParams;
  body: Record<string, unknown>;
}

type Endpoint = (network: SimulatorNetwork, input: EndpointInput) => unknown;

/** Of what has nothing else to answer. */
const ACCEPTED = { accepted: true };
const MAX_PAGE = 10_000;
const DEFAULT_PAGE = 100;

/** What the simulator's process answers, by method and path. */
export const endpoints: Record<string, Endpoint> = {
  'GET /health': (network) => ({ status: 'ok', ...network.stats() }),
  'GET /ledger': (network, { query }) => ledgerPage(network, query),
  'GET /ledger/summary': (network, { query }) => {
    knownOnly(query, ['campaignId']);
    return network.ledger.summary(query.get('campaignId') ?? undefined);
  },
  'GET /behaviour': (network) => network.behaviour,
  'POST /behaviour': (network, { body }) => network.change(body),
  'POST /inbound': (network, { body }) => network.write(parseMessage(body)),
  'POST /inbound/edit': (network, { body }) => {
    network.edit(parseEdit(body));
    return ACCEPTED;
  },
  'GET /phones': (network, { query }) => {
    knownOnly(query, ['phone', 'lid']);
    return network.handset(parseDescribed(Object.fromEntries(query)));
  },
  'POST /phones': (network, { body }) => network.describe(parseDescribed(body)),
  'POST /identity': (network, { body }) => network.show(parseShown(body)),
  'POST /identity/change': (network, { body }) => network.changeIdentity(parseChanged(body)),
  'POST /pair': (network, { body }) => pair(network, body),
};

function ledgerPage(network: SimulatorNetwork, query: URLSearchParams): unknown {
  knownOnly(query, ['campaignId', 'limit', 'cursor']);
  const limit = Number(query.get('limit') ?? DEFAULT_PAGE);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw invalid([{ path: 'limit', message: `must be a whole number from 1 to ${MAX_PAGE}` }]);
  }
  const page = network.ledger.page({
    limit,
    cursor: query.get('cursor') ?? undefined,
    campaignId: query.get('campaignId') ?? undefined,
  });
  if (!page) {
    throw invalid([{ path: 'cursor', message: 'is not a cursor; take nextCursor of the page before' }]);
  }
  return page;
}

function pair(network: SimulatorNetwork, body: Record<string, unknown>): unknown {
  if (body['phoneNumber'] === undefined) return network.scan(readFields(body, { sender: text }).sender);
  const { sender, phoneNumber } = readFields(body, { sender: text, phoneNumber: phone });
  return network.scan(sender, phoneNumber);
}

/** All of these fields, each of them a string by its rule, and no others. */
function readFields<Name extends string>(
  body: Record<string, unknown>,
  shape: Record<Name, Rule>,
): Record<Name, string> {
  const missing: FieldError[] = Object.keys(shape)
    .filter((name) => body[name] === undefined)
    .map((path) => ({ path, message: 'is missing' }));
  const errors = [...missing, ...fields(shape)(body, '')];
  if (errors.length > 0) throw invalid(errors);
  return body as Record<Name, string>;
}

function knownOnly(query: URLSearchParams, known: string[]): void {
  const errors = [...query.keys()]
    .filter((key) => !known.includes(key))
    .map((path) => ({ path, message: `is not known here; known are ${known.join(', ')}` }));
  if (errors.length > 0) throw invalid(errors);
}
