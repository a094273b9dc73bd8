import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultImportLimits } from '../../../src/modules/contacts/import/limits.js';
import { openXlsx } from '../../../src/modules/contacts/import/xlsx/index.js';
import { createWorld, draft, phone, type World } from '../world.js';
import type { DeliveryState } from '../../../src/modules/delivery/index.js';

const COLUMNS =
  'phoneNumber,name,state,code,sender,sentAt,deliveredAt,readAt,repliedAt,optedOutAt,replied,optedOut,reason,variant,partsSent,parts,partCodes,queuedAt,whatsapp_lid,business_scoped_id';

let world: World;
let tenantId: string;
let folder: string;

beforeAll(async () => {
  world = await createWorld();
  tenantId = await world.tenantWithSender();
  folder = await mkdtemp(join(tmpdir(), 'starling-export-'));
});
afterAll(async () => {
  await world.db.close();
  await rm(folder, { recursive: true, force: true });
});

async function campaignOf(size: number): Promise<string> {
  const listId = await world.list(tenantId, size, (index) => ({ name: `N${index}` }));
  const { campaign } = await world.manager.create(tenantId, draft({ listIds: [listId] }));
  return campaign.id;
}

async function csvOf(id: string, state?: DeliveryState): Promise<string[]> {
  const { chunks } = await world.manager.reports.export(tenantId, id, {
    format: 'csv',
    ...(state && { state }),
  });
  const parts: string[] = [];
  for await (const chunk of chunks) parts.push(String(chunk));
  return parts;
}

async function xlsxOf(id: string, state?: DeliveryState): Promise<string[][]> {
  const { fileName, chunks } = await world.manager.reports.export(tenantId, id, {
    format: 'xlsx',
    ...(state && { state }),
  });
  const bytes: Buffer[] = [];
  for await (const chunk of chunks) bytes.push(Buffer.from(chunk));
  const path = join(folder, fileName);
  await writeFile(path, Buffer.concat(bytes));
  const rows: string[][] = [];
  for await (const { cells } of (await openXlsx(path, defaultImportLimits)).rows) rows.push(cells);
  return rows;
}

const sql = (text: string, values: unknown[]) => world.db.database.manager.query(text, values);

describe('the csv report', () => {
  it('has a line per recipient, in batches, safe to open in a spreadsheet', async () => {
    const id = await campaignOf(2_500);
    await sql(
      `UPDATE deliveries SET name = '=HYPERLINK("http://x","y")', state = 'sent', next_part = 1,
         sent_at = '2026-03-02T10:00:00Z', replied_at = '2026-03-02T11:00:00Z'
       WHERE campaign_id = $1 AND phone = $2`,
      [id, phone(0)],
    );
    await sql(
      `UPDATE deliveries SET name = 'Zoë, 日本', state = 'failed', code = 'not_on_whatsapp'
       WHERE campaign_id = $1 AND phone = $2`,
      [id, phone(1)],
    );
    const parts = await csvOf(id);
    expect(parts).toHaveLength(4);
    const lines = parts.join('').split('\r\n');
    expect(lines).toHaveLength(2_502);
    expect(lines[0]).toBe(`\uFEFF${COLUMNS}`);
    expect(lines[1]).toBe(
      `${phone(0)},"'=HYPERLINK(""http://x"",""y"")",sent,,,2026-03-02T10:00:00.000Z,,,2026-03-02T11:00:00.000Z,,true,false,,,1,,,,,`,
    );
    expect(lines[2]).toBe(
      `${phone(1)},"Zoë, 日本",failed,not_on_whatsapp,,,,,,,false,false,The number has no WhatsApp account.,,0,,,,,`,
    );
  });

  it('can be of one state only, page by page', async () => {
    const id = await campaignOf(2_100);
    await world.move(id, 'pending', 'failed', 1_500);
    const lines = (await csvOf(id, 'failed')).join('').trim().split('\r\n');
    expect(lines).toHaveLength(1_501);
    expect(new Set(lines.slice(1).map((line) => line.split(',')[0])).size).toBe(1_500);
    expect((await csvOf(id, 'read')).join('')).toBe(`\uFEFF${COLUMNS}\r\n`);
  });

  it('shows how far each part got', async () => {
    const id = await campaignOf(1);
    await sql(
      `INSERT INTO messages (id, tenant_id, direction, sender_id, campaign_id, delivery_id, part, type, state, code)
       SELECT gen_random_uuid(), r.tenant_id, 'out', gen_random_uuid(), r.campaign_id, r.id, m.part, 'text', m.state, m.code
       FROM deliveries r, (VALUES (0, 'read', NULL), (1, 'failed', 'undeliverable')) AS m (part, state, code)
       WHERE r.campaign_id = $1`,
      [id],
    );
    expect((await csvOf(id)).join('')).toContain(',"read, failed",2: undeliverable,');
  });
});

describe.each(['csv', 'xlsx'] as const)('a %s report on a campaign that is deleted meanwhile', (format) => {
  it('breaks off instead of ending like a whole one', async () => {
    const id = await campaignOf(1_500);
    const { chunks } = await world.manager.reports.export(tenantId, id, { format });
    const reading = (async () => {
      for await (const chunk of chunks) {
        if (chunk.length > 0) await world.manager.remove(tenantId, id).catch(() => undefined);
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'campaign_not_found' });
  });
});

describe('the xlsx report', () => {
  it('says the same as the csv, and our own import could read it', async () => {
    const id = await campaignOf(1_200);
    await sql(
      `UPDATE deliveries SET name = '=1+1', state = 'read', read_at = '2026-03-02T10:00:00Z'
       WHERE campaign_id = $1 AND phone = $2`,
      [id, phone(3)],
    );
    const rows = await xlsxOf(id);
    expect(rows).toHaveLength(1_201);
    expect(rows[0]?.join(',')).toBe(COLUMNS);
    expect(rows[4]?.slice(0, 3)).toEqual([phone(3), '=1+1', 'read']);
    expect(rows[4]?.[7]).toMatch(/^2026-03-02.10:00/);
    expect(await xlsxOf(id, 'read')).toHaveLength(2);
  });
});
