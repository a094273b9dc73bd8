import { png } from '../media/support.js';
import { waitFor } from '../support/wait-for.js';
import type { Answer, Call, Data } from './surface.js';

/** What the filled tenant's data can be recognised by, wherever it turns up. */
export const traces = {
  contactPhone: '+5511961000001',
  importedPhone: '+5511961000002',
  suppressedPhone: '+5511961000003',
  rejectedRow: 'no-number-at-all',
  contactName: 'Zenobia Quark',
  importedName: 'Ximena Wolpertinger',
  messageText: 'Dearest Zenobia Quark, the parcel is at platform 9',
  listName: 'Friends of the platypus',
  fileName: 'okapi at dusk.png',
};

/** Ids by the path segment that comes before them: `/api/senders/:id`, `/api/lists/:id/members/:contactId`. */
export interface FilledTenant {
  senders: string;
  contacts: string;
  members: string;
  lists: string;
  segments: string;
  suppressions: string;
  imports: string;
  /** A number check. */
  checks: string;
  /** A bulk edit of contacts. */
  bulk: string;
  campaigns: string;
  messages: string;
  bulks: string;
  /** The same bulk, as its own resource. */
  sends: string;
  media: string;
  templates: string;
  'api-keys': string;
}

/** `/api/senders/:id` with the tenant's sender; fails for a collection `fillTenant` does not know. */
export function pathOf(template: string, ids: FilledTenant): string {
  return template.replaceAll(/([\w-]+)\/:\w+/g, (_, collection: string) => {
    const id = (ids as unknown as Record<string, string | undefined>)[collection];
    if (!id) throw new Error(`${template}: let fillTenant() make one of ${collection}.`);
    return `${collection}/${id}`;
  });
}

/** Gives a tenant one of everything, through the API: a connected sender, a finished campaign, an import with errors. */
export async function fillTenant(call: Call): Promise<FilledTenant> {
  const make = async (path: string, body: object): Promise<Data> =>
    dataOf(await call('POST', path, { body }));
  const sender = await make('/api/senders', { name: 'Zenobia', transport: 'simulator', tags: ['quark'] });
  await make(`/api/senders/${sender['id']}/connect`, {});
  const list = await make('/api/lists', { name: traces.listName });
  const segment = await make('/api/segments', {
    name: 'In Recife',
    filter: { all: [{ field: 'attributes.city', op: 'equals', value: 'Recife' }] },
  });
  const contact = await make('/api/contacts', {
    phoneNumber: traces.contactPhone,
    name: traces.contactName,
    attributes: { city: 'Recife' },
    listIds: [list['id']],
  });
  const [suppression] = (await make('/api/suppressions', {
    phoneNumbers: [traces.suppressedPhone],
    reason: 'asked on the phone',
  })) as unknown as Data[];
  const imported = await importFile(call);
  const key = await make('/api/api-keys', { name: 'shop', scopes: ['contacts:read'] });
  await becomes(call, `/api/senders/${sender['id']}`, 'connected');
  const campaign = await make('/api/campaigns', {
    name: 'Parcels',
    template: 'Dearest {{ contact.name }}, the parcel is at platform 9',
    listIds: [list['id']],
    senderIds: [sender['id']],
    minDelay: 0,
    maxDelay: 0,
  });
  await make(`/api/campaigns/${campaign['id']}/start`, {});
  await becomes(call, `/api/campaigns/${campaign['id']}`, 'completed');
  const bulkEdit = await make('/api/contacts/bulk', { filter: {}, changes: { addTags: ['quark'] } });
  const check = await make('/api/contacts/check', { phoneNumbers: [traces.contactPhone] });
  await becomes(call, `/api/contacts/checks/${check['id']}`, 'completed');
  const template = await make('/api/templates', { name: 'Parcels', content: 'Dearest {{ name }}' });
  const media = dataOf(await call('POST', '/api/media', { form: pictureForm() }));
  const bulk = await make('/api/message/send-bulk', {
    recipients: [traces.contactPhone],
    type: 'text',
    content: traces.messageText,
    sendAt: new Date(Date.now() + 86_400_000).toISOString(),
  });
  const messages = dataOf(await call('GET', `/api/messages?campaignId=${campaign['id']}`));
  const [message] = messages as unknown as Data[];
  return {
    senders: idOf(sender),
    contacts: idOf(contact),
    members: idOf(contact),
    lists: idOf(list),
    segments: idOf(segment),
    suppressions: idOf(suppression),
    imports: idOf(imported),
    checks: idOf(check),
    bulk: idOf(bulkEdit),
    campaigns: idOf(campaign),
    messages: idOf(message),
    bulks: idOf(bulk),
    sends: idOf(bulk),
    media: idOf(media),
    templates: idOf(template),
    'api-keys': idOf(key),
  };
}

/** One row that is taken and one that is not. */
export function importForm(): FormData {
  const form = new FormData();
  const rows = `phone,name\n${traces.importedPhone},${traces.importedName}\n${traces.rejectedRow},Nobody\n`;
  form.set('file', new Blob([rows]), 'people.csv');
  return form;
}

/** One pixel, with a name to recognise. */
export function pictureForm(): FormData {
  const form = new FormData();
  form.set('file', new Blob([png]), traces.fileName);
  return form;
}

export async function becomes(call: Call, path: string, status: string): Promise<Data> {
  return waitFor(
    async () => {
      const data = dataOf(await call('GET', path));
      return data['status'] === status ? data : undefined;
    },
    { timeoutMs: 20_000, what: `${path} to be ${status}` },
  );
}

async function importFile(call: Call): Promise<Data> {
  const { id } = dataOf(await call('POST', '/api/contacts/import', { form: importForm() }));
  return becomes(call, `/api/imports/${id}`, 'completed');
}

export function dataOf({ method, path, status, text, body }: Answer): Data {
  if (!body?.success) throw new Error(`${method} ${path} answered ${status}: ${text}`);
  return body.data;
}

function idOf(data: Data | undefined): string {
  if (!data?.['id']) throw new Error('The tenant could not be filled: something has no id.');
  return data['id'];
}
