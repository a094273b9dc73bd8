import QRCode from 'qrcode';
import type { ApiClient } from './api-client.js';
import { campaignPace, campaignVariants, cast, curiousText, plainText } from './cast.js';
import { dim, green, heading, line, table, yellow } from './screen.js';
import type { CampaignView, ImportView, SenderView } from './shapes.js';
import { until } from './until.js';

/** Creates the senders, shows the QR code of the first one and lets the pretend phone scan it. */
export async function connectSenders(
  api: ApiClient,
  scan: (senderId: string) => void,
): Promise<SenderView[]> {
  heading('1. Three senders');
  const senders: SenderView[] = [];
  for (const member of cast) senders.push(await api.post<SenderView>('/api/senders', member));
  for (const sender of senders) await api.post(`/api/senders/${sender.id}/connect`);
  const first = senders[0];
  if (first) {
    const payload = await until(`the QR code of ${first.name}`, () => qrPayload(api, first.id));
    line(`  ${first.name} waits to be scanned (WhatsApp > Linked devices):`);
    line(await QRCode.toString(payload, { type: 'terminal', small: true }));
    scan(first.id);
  }
  for (const sender of senders) {
    const connected = await until(`${sender.name} to be connected`, async () => {
      const view = await api.get<SenderView>(`/api/senders/${sender.id}`);
      return view.status === 'connected' ? view : undefined;
    });
    line(`  ${green('●')} ${connected.name} is connected as ${connected.phoneNumber}`);
  }
  return senders;
}

async function qrPayload(api: ApiClient, senderId: string): Promise<string | undefined> {
  const sender = await api.get<SenderView>(`/api/senders/${senderId}`);
  return sender.status === 'qr' ? api.text(`/api/senders/${senderId}/qr?format=raw`) : undefined;
}

/** Imports the messy sample and shows what became of its rows. */
export async function importContacts(api: ApiClient, file: string): Promise<ImportView> {
  heading('2. A messy contacts file');
  const { id } = await api.upload<{ id: string }>('/api/contacts/import', file, {
    listName: 'Demo customers',
    defaultCountry: 'BR',
  });
  const done = await until('the import to end', async () => {
    const view = await api.get<ImportView>(`/api/imports/${id}`);
    return view.status === 'completed' || view.status === 'failed' ? view : undefined;
  });
  if (done.status === 'failed') throw new Error(`The import failed: ${done.error}`);
  table([
    ['rows', 'created', 'updated', 'unchanged', 'duplicate', 'rejected'],
    [
      done.counts.rows,
      done.counts.created,
      done.counts.updated,
      done.counts.unchanged,
      done.counts.duplicate,
      done.counts.invalid,
    ],
  ]);
  line(dim('  the first rejected rows (line, reason, row):'));
  const rejected = (await api.text(`/api/imports/${id}/errors`)).trim().split('\n').slice(1, 7);
  for (const row of rejected) line(`  ${yellow('✗')} ${row.trim()}`);
  return done;
}

export async function startCampaign(api: ApiClient, listId: string, picture: string): Promise<CampaignView> {
  heading('3. A personalised campaign: a picture, then one of two texts');
  line(`  A  ${dim(plainText)}`);
  line(`  B  ${dim(curiousText)}`);
  const media = await api.upload<{ id: string }>('/api/media', picture, {});
  const campaign = await api.post<CampaignView>('/api/campaigns', {
    name: 'Demo campaign',
    variants: campaignVariants(media.id),
    listIds: [listId],
    ...campaignPace,
  });
  await api.post(`/api/campaigns/${campaign.id}/start`);
  line(`  ${campaign.totalRecipients} recipients, two messages each, started.`);
  return campaign;
}
