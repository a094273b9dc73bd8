import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startSimulator } from './campaign.js';
import { startServer, type ServerProcess } from './server.js';
import { earlierBlocks, runBlocks, shellBlocks } from './shell-blocks.js';

const docs = new URL('../../docs', import.meta.url);

let db: TestDatabase;
let simulator: Awaited<ReturnType<typeof startSimulator>>;
let server: ServerProcess;

beforeAll(async () => {
  db = await createTestDatabase();
  simulator = await startSimulator();
  const env = { DATABASE_URL: db.url, SIMULATOR_URL: simulator.url, ADMIN_EMAIL: 'me@example.com' };
  server = await startServer(env);
});
afterAll(async () => {
  await server.end('SIGTERM');
  await simulator.close();
  await db.close();
});

/** Every page with examples, and what they print. Pages that go on from another one are run after it, in the same shell. */
const examples: [pages: string[], expected: RegExp[]][] = [
  [['docs/api.md'], [/"via":"jwt"/, /"name":"Order 4711".*"name":"Order 4711"/s, /"status":"ready"/]],
  [
    ['docs/contacts.md'],
    [
      /"attributes":\{"product":"tea"\}/,
      /"count":1,"sample":\[\{"id":/,
      /"data":\[\],"nextCursor":null,"total":0/,
      /"added":1/,
      /"status":"dry_run","matched":1/,
      /"status":"completed","matched":1,"processed":1,"changed":1/,
      /"reason":"same_name_and_digits"/,
      /"kind":"granted","source":"web form"/,
      /"total":1,"cached":0,"pending":0,"onWhatsApp":1/,
      /"rows":3,"created":2,.*"invalid":1/,
      /4,.*too short.*,Nobody,/,
      /\+5511961237001,Ana Souza,friend;regular;spring,/,
      /"exportedAt"/,
      /"suppressed":true/,
    ],
  ],
  [
    ['docs/opt-out-words.md'],
    [
      /"optOutWords":\{"added":\["chega","não quero"\],"removed":\["alto"\]\}/,
      /"optInWords":\{"added":\[\],"removed":\[\]\}/,
    ],
  ],
  [
    ['docs/events.md'],
    [
      /"kind":"campaign.paused","at":"[^"]+","payload":\{"before":"running","reason":null\}/,
      /"kind":"sender.paused","at":"[^"]+","payload":\{"code":null,"reason":"operator"\}/,
    ],
  ],
  [['docs/retention.md'], [/"retention":\{"messageTextDays":365/, /"retention":\{"messageTextDays":null/]],
  [
    ['docs/senders.md'],
    [/"message":"Warming up: day 1 of 7, 20 today."/, /2@\S+=,\S+=/, /"pausedAt":"20/, /"waitReason":null/],
  ],
  [
    [
      'docs/campaigns/create.md',
      'docs/campaigns/audience.md',
      'docs/campaigns/schedule.md',
      'docs/campaigns/pace.md',
      'docs/campaigns/check.md',
      'docs/campaigns/run.md',
    ],
    [
      /"name":"Open day"/,
      /"type":"poll","choices":\["Friday","Saturday","Neither"\]/,
      /"source":"import","id":"[-0-9a-f]+","matched":3,"added":2\}.*"duplicates":1,"excluded":\{.*"campaigns":1\}/,
      /"frequencyCap":\{"messages":50,"days":7\}/,
      /"name":"Flash sale","status":"scheduled"/,
      /"recurrence":\{"cron":"0 9 \* \* 1",[^}]*"timeZone":"America\/Sao_Paulo"/,
      /"maxPerMinute":60,"rampUpMinutes":30,"priority":3/,
      /"recipients":3,"exclusions":\[\],"willReceive":3,.*"finishAt":"20/,
      /"state":"passed"/,
      /"total":3,.*"failed":1/,
      /"code":"template_missing_variable","count":1/,
      /\+5511961238001,Ana,(sent|delivered|read),/,
      /"retried":1,"notRetried":\[\]/,
      /"name":"Once more","status":"draft"/,
    ],
  ],
  [
    ['docs/media.md'],
    [
      /"mimeType":"image\/png","kind":"image"/,
      /"type":"image","content":"For you, Ana","media":\{"id":/,
      /"success":true,"data":\{"id"/,
    ],
  ],
  [
    ['docs/messages.md'],
    [
      /"kind":"direct","state":"(sent|delivered|read)".*"content":"Your order 4711 is on its way \{track: 8842\}"/,
      /"refused":\[\{"index":2,/,
      /"content":"Order 471[23] is on its way"/,
      /"kind":"direct","createdAt":"[^"]+","total":2,"open":0,.*"completedAt":"/,
      /"state":"skipped","code":"cancelled"/,
    ],
  ],
  [
    ['docs/templates.md'],
    [
      /(Hi|Hello) Ana, please pay R\$\u00a01\.234,50 by 2 de março de 2026\./,
      /João \/ Rio de Janeiro \/ 1 de março de 2026 \/ 2 March 2026 at 01:30 \/ 1\.234,50 \/ 1\.234,50\u00a0€ \/ friend/,
      /R\$\u00a01\.275,92/,
      /"phoneNumber":"\+5511961239004".*"code":"template_missing_variable"/,
      /"byVariant":\[\{"name":"short","weight":50,"recipients":2,/,
    ],
  ],
  [
    ['docs/reports.md'],
    [
      /"byPart":\[\{"part":0,"sent":2,/,
      /"timeZone":"America\/Sao_Paulo","byHour":\[\{"hour":/,
      /"summary":"Sent through Report sender/,
      /"text":"Part 1 of 2 was sent through Report sender"/,
      /\+5511961239101,Ana,(sent|delivered|read),/,
      /"campaigns":\[\{"id":"[^"]+","name":"Summer".*"name":"Winter"/,
    ],
  ],
  [['docs/simulator.md'], [/"body":"Hi!"/, /"unique":1,"duplicates":0/, /"unregistered":0.05/]],
];

async function runPages(pages: string[]): Promise<string> {
  const blocks: string[] = await earlierBlocks(pages[0] ?? '');
  for (const page of pages) {
    // Nothing else may be needed: what a page goes on from is what has been run by then.
    expect(blocks).toEqual(expect.arrayContaining(await earlierBlocks(page)));
    blocks.push(...(await shellBlocks(page)));
  }
  return runBlocks(blocks, { 'http://127.0.0.1:3000': server.url, 'http://127.0.0.1:4010': simulator.url });
}

describe('the examples', () => {
  const titled = examples.map(([pages, expected]) => [pages.join(', '), pages, expected] as const);

  it.each(titled)('of %s work literally', async (_title, pages, expected) => {
    const output = await runPages(pages);
    for (const pattern of expected) expect(output).toMatch(pattern);
  });

  it('of every page are among those that are run', async () => {
    const names = await readdir(docs, { recursive: true });
    const pages = names.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`);
    const marked: string[] = [];
    for (const page of pages) if ((await shellBlocks(page)).length > 0) marked.push(page);
    expect(examples.flatMap(([listed]) => listed).toSorted()).toEqual(marked.toSorted());
  });
});
