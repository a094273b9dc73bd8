import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseParts } from '../../../src/modules/content/core/parts-input.js';
import type { PartInput } from '../../../src/modules/content/core/part-shape.js';
import { renderPart, templateScope } from '../../../src/modules/content/core/templates/template.js';
import { listen, type FarSide } from '../../media/far-side.js';
import { mp3, opus, pdf, png } from '../../media/support.js';
import { createWorld, phone, type World } from '../world.js';
import type { CampaignPart } from '../../../src/modules/content/index.js';

const FILE = '01998000-0000-7000-8000-000000000001';
const ana = templateScope({ phone: phone(1), name: 'Ana', variables: { city: 'Recife' } });

function errorsOf(...messages: object[]): Record<string, string> {
  const { errors } = parseParts({ messages: messages as PartInput[] });
  return Object.fromEntries(errors.map(({ path, message }) => [path, message]));
}

describe('the parts of a request', () => {
  it.each<[object, string, string | RegExp]>([
    [{ type: 'text' }, 'content', 'a part of type text needs it: "content": "Hi {{ name }}"'],
    [
      { type: 'text', content: 'x', caption: 'x' },
      'caption',
      'a part of type text has no caption; call it content',
    ],
    [{ type: 'image', caption: 'x' }, 'mediaUrl', /needs a file: mediaUrl, or the mediaId/],
    [{ type: 'image', mediaId: FILE, mediaUrl: 'https://a.example/x' }, 'mediaUrl', /not both/],
    [{ type: 'document', mediaId: FILE, webPage: true }, 'webPage', /is about a mediaUrl/],
    [{ type: 'image', mediaUrl: 'https://a.example/x', webPage: true }, 'webPage', /has no webPage/],
    [
      { type: 'image', mediaId: FILE, content: 'x' },
      'content',
      'a part of type image has no content; call it caption',
    ],
    [
      { type: 'audio', mediaId: FILE, caption: 'x' },
      'caption',
      /has no caption; leave it out, or send the text/,
    ],
    [{ type: 'document', mediaId: FILE, filename: '../x' }, 'filename', /must be a file name/],
    [{ type: 'image', mediaId: FILE, caption: '{{ name' }, 'caption', /not closed.*line 1/],
    [
      { type: 'image', mediaId: FILE, caption: 'x'.repeat(1_025) },
      'caption',
      /1025 characters.*at most 1024/,
    ],
    [{ type: 'poll', question: 'x', choices: ['a', 'x'.repeat(101)] }, 'choices[1]', /at most 100/],
    [{ type: 'location', latitude: 1 }, 'longitude', /"longitude": -34.877/],
    [{ type: 'contact', displayName: 'Help', phoneNumber: '12' }, 'phoneNumber', /too short/],
    [{ type: 'poll', question: 'x', choices: ['a', 'b', 'a'] }, 'choices[2]', /the same as choices\[0\]/],
    [{ type: 'poll', question: 'x', choices: ['a', '{{ b'] }, 'choices[1]', /not closed/],
    [{ type: 'poll', question: 'x', choices: ['a', 'b'], selectable: 3 }, 'selectable', /at most the number/],
    [
      { type: 'voice', mediaId: FILE, latitude: 1 },
      'latitude',
      'a part of type voice has no latitude; leave it out',
    ],
  ])('are refused by the field that is wrong: %j', (part, field, message) => {
    const errors = errorsOf({ type: 'text', content: 'fine' }, part);
    expect(errors).toEqual({ [`messages[1].${field}`]: expect.stringMatching(message) });
  });

  it('take null for a field that is not given', () => {
    expect(errorsOf({ type: 'image', mediaId: FILE, mediaUrl: null, caption: null, latitude: null })).toEqual(
      {},
    );
  });

  it('name every variable they need, whichever text asks for it', () => {
    const { needed } = parseParts({
      messages: [
        { type: 'image', mediaId: FILE, caption: '{{ contact.a }} {{ optional | default: "x" }}' },
        { type: 'location', latitude: 1, longitude: 2, name: '{{ b }}', address: '{{ c }}' },
        { type: 'contact', displayName: '{{ d }}', phoneNumber: phone(1), organisation: '{{ e }}' },
        { type: 'poll', question: '{{ f }}', choices: ['{{ g }}', '{{ a }}'] },
      ],
    });
    expect(needed.map(({ path, attribute }) => `${path} ${attribute.join('.')}`)).toEqual([
      'messages[0].caption a',
      'messages[1].name b',
      'messages[1].address c',
      'messages[2].displayName d',
      'messages[2].organisation e',
      'messages[3].question f',
      'messages[3].choices[0] g',
      'messages[3].choices[1] a',
    ]);
  });
});

describe('rendering parts other than text', () => {
  it.each<[CampaignPart, object]>([
    [
      { type: 'image', mediaId: FILE, caption: 'For {{ name }}', fileName: 'a.png' },
      { type: 'image', mediaId: FILE, caption: 'For Ana', fileName: 'a.png' },
    ],
    [
      { type: 'video', mediaId: FILE, caption: '{{ nick | default: "" }}' },
      { type: 'video', mediaId: FILE },
    ],
    [
      { type: 'voice', mediaId: FILE },
      { type: 'voice', mediaId: FILE },
    ],
    [
      { type: 'location', latitude: 1, longitude: 2, name: '{{ city }}' },
      { type: 'location', latitude: 1, longitude: 2, name: 'Recife' },
    ],
    [
      { type: 'contact', displayName: 'Help for {{ name }}', phoneNumber: phone(2) },
      { type: 'contact', displayName: 'Help for Ana', phoneNumber: phone(2) },
    ],
    [
      { type: 'poll', question: '{{ name }}?', choices: ['In {{ city }}', 'No'], selectable: 1 },
      { type: 'poll', question: 'Ana?', choices: ['In Recife', 'No'], selectable: 1 },
    ],
  ])('%j', (part, content) => {
    expect(renderPart(part, ana)).toEqual({ ok: true, content });
  });

  it.each<[CampaignPart, string]>([
    [{ type: 'image', mediaId: FILE, caption: '{{ nick }}' }, 'template_missing_variable'],
    [{ type: 'image', mediaId: FILE, caption: '{% for i in (1..1025) %}x{% endfor %}' }, 'template_failed'],
    [
      { type: 'poll', question: '{{ nick | default: "" }}', choices: ['a', 'b'], selectable: 1 },
      'template_empty',
    ],
    [{ type: 'poll', question: 'x', choices: ['{{ city }}', 'Recife'], selectable: 1 }, 'template_failed'],
  ])('fails for this recipient: %j', (part, code) => {
    expect(renderPart(part, ana)).toMatchObject({ ok: false, code });
  });
});

const page = Buffer.from('<!DOCTYPE html><html><title>prices.pdf</title></html>');

describe('campaigns with files', () => {
  let world: World;
  let site: FarSide;
  let requests: string[];
  let tenantId: string;

  beforeAll(async () => {
    world = await createWorld();
    site = await listen((request, response) => {
      requests.push(request.url ?? '');
      const files: Record<string, Buffer> = {
        '/sale.png': png,
        '/prices.pdf': pdf,
        '/voice.ogg': opus,
        '/song.mp3': mp3,
        '/file/d/abc/view': page,
      };
      const file = files[request.url ?? ''];
      // The server says of everything that it is a pdf but of the pdf.
      const type = request.url === '/prices.pdf' ? 'text/html' : 'application/pdf';
      response.writeHead(file ? 200 : 404, { 'content-type': type }).end(file);
    });
    tenantId = await world.tenantWithSender();
  });
  afterAll(async () => {
    await site.close();
    await world.db.close();
  });
  beforeEach(() => {
    requests = [];
  });

  const create = (...messages: object[]) =>
    world.manager.create(tenantId, {
      name: 'Files',
      contacts: [phone(1)],
      messages: messages as never,
    });

  it('fetch each URL once, when they are made, and keep what it had', async () => {
    const url = `${site.url}/sale.png`;
    const { campaign } = await create(
      { type: 'image', mediaUrl: url, caption: 'Look' },
      { type: 'document', mediaUrl: url, filename: 'sale.png' },
      { type: 'voice', mediaUrl: `${site.url}/voice.ogg` },
    );
    expect(requests.toSorted()).toEqual(['/sale.png', '/voice.ogg']);
    const [image, document, voice] = campaign.parts as { mediaId: string }[];
    expect(campaign.parts).toEqual([
      { type: 'image', mediaId: expect.any(String), caption: 'Look' },
      { type: 'document', mediaId: image?.mediaId, fileName: 'sale.png' },
      { type: 'voice', mediaId: expect.any(String) },
    ]);
    expect(document?.mediaId).not.toBe(voice?.mediaId);
    const [stored] = await world.db.database.manager.query(
      'SELECT source_url, file_name FROM media WHERE id = $1',
      [image?.mediaId],
    );
    expect(stored).toEqual({ source_url: url, file_name: 'sale.png' });
  });

  it('go by the name of the file where the part gives a blank one', async () => {
    const { campaign } = await create({
      type: 'document',
      mediaUrl: `${site.url}/prices.pdf`,
      filename: '  ',
    });
    expect(campaign.parts).toEqual([{ type: 'document', mediaId: expect.any(String) }]);
  });

  it.each<[string, object, string, string]>([
    ['not found', { type: 'image', mediaUrl: '/none.png' }, 'not_possible', 'the server answered 404'],
    [
      'a pdf as an image',
      { type: 'image', mediaUrl: '/prices.pdf' },
      'invalid',
      'the file is application/pdf; a part of type image takes JPEG or PNG. Use type document',
    ],
    [
      'music as a voice message',
      { type: 'voice', mediaUrl: '/song.mp3' },
      'invalid',
      'only as Ogg with Opus. Convert it, or use type audio',
    ],
    [
      'a picture as a voice message',
      { type: 'voice', mediaUrl: '/sale.png' },
      'invalid',
      'only as Ogg with Opus. Use another file, or type image',
    ],
  ])('are refused by the field that names the file: %s', async (_what, part, kind, message) => {
    const { mediaUrl } = part as { mediaUrl: string };
    const made = create({ type: 'text', content: 'x' }, { ...part, mediaUrl: site.url + mediaUrl });
    await expect(made).rejects.toMatchObject({
      kind,
      errors: [{ path: 'messages[1].mediaUrl', message: expect.stringContaining(message) }],
    });
  });

  it.each(['document', 'image', 'video', 'audio', 'voice'])(
    'are refused when a share link shows a page in place of the %s',
    async (type) => {
      await expect(create({ type, mediaUrl: `${site.url}/file/d/abc/view` })).rejects.toMatchObject({
        kind: 'invalid',
        code: 'unsuitable_media',
        errors: [
          { path: 'messages[0].mediaUrl', message: expect.stringContaining('a web page instead of a file') },
        ],
      });
    },
  );

  it('may be a web page where the part asks for it', async () => {
    const mediaUrl = `${site.url}/file/d/abc/view`;
    const { campaign } = await create({ type: 'document', mediaUrl, webPage: true, filename: 'page.html' });
    expect(campaign.parts).toEqual([
      { type: 'document', mediaId: expect.any(String), fileName: 'page.html' },
    ]);
    await expect(create({ type: 'document', mediaUrl, webPage: false })).rejects.toMatchObject({
      errors: [{ message: expect.stringContaining('"webPage": true') }],
    });
    const [{ mediaId } = { mediaId: '' }] = campaign.parts as { mediaId: string }[];
    expect((await create({ type: 'document', mediaId })).campaign.parts).toHaveLength(1);
  });

  it('are refused when the URL leads inside, or is none', async () => {
    for (const mediaUrl of [
      'http://169.254.169.254/latest/meta-data',
      'http://[::1]/x',
      'file:///etc/passwd',
    ]) {
      await expect(create({ type: 'image', mediaUrl })).rejects.toMatchObject({
        kind: 'invalid',
        code: 'invalid_media_url',
        errors: [{ path: 'messages[0].mediaUrl' }],
      });
    }
  });

  it('leave no file among those of the tenant when they are refused', async () => {
    const stranger = await world.tenantWithSender();
    const named = { name: 'Refused', contacts: [phone(1)] };
    const image = { type: 'image' as const, mediaUrl: `${site.url}/sale.png` };
    const refused = [
      { ...named, messages: [image, { ...image, type: 'video' as const }] },
      { ...named, messages: [{ ...image, caption: 'For {{ contact.nobody_has_this }}' }] },
      { ...named, messages: [image], exclude: { phoneNumbers: [phone(1)] } },
    ];
    const listed = () =>
      world.db.database.manager.query('SELECT FROM media WHERE tenant_id = $1 AND NOT provisional', [
        stranger,
      ]);
    for (const input of refused) {
      requests = [];
      await expect(world.manager.create(stranger, input)).rejects.toMatchObject({ name: 'DomainError' });
      expect(requests).toEqual(['/sale.png']);
      expect(await listed()).toEqual([]);
    }
    await world.manager.create(stranger, { ...named, messages: [image] });
    expect(await listed()).toHaveLength(1);
  });

  it('are refused with a file of another tenant', async () => {
    const { campaign } = await create({ type: 'image', mediaUrl: `${site.url}/sale.png` });
    const [{ mediaId }] = campaign.parts as unknown as [{ mediaId: string }];
    const stranger = await world.tenantWithSender();
    const made = world.manager.create(stranger, {
      name: 'Stolen',
      contacts: [phone(2)],
      messages: [{ type: 'image', mediaId }],
    });
    await expect(made).rejects.toMatchObject({
      kind: 'invalid',
      errors: [
        { path: 'messages[0].mediaId', message: expect.stringContaining(`there is no media ${mediaId}`) },
      ],
    });
  });

  it('may change their parts while they are drafts; what was not fetched leaves them as they were', async () => {
    const { campaign } = await create({ type: 'image', mediaUrl: `${site.url}/sale.png` });
    const change = (mediaUrl: string) =>
      world.manager.update(tenantId, campaign.id, {
        messages: [{ type: 'document', mediaUrl: site.url + mediaUrl }],
      });
    await expect(change('/none')).rejects.toMatchObject({ code: 'media_unavailable' });
    expect((await world.manager.get(tenantId, campaign.id)).campaign.parts).toEqual(campaign.parts);
    await world.manager.update(tenantId, campaign.id, { name: 'Only the name' });
    expect((await world.manager.get(tenantId, campaign.id)).campaign.parts).toEqual(campaign.parts);
    const changed = await change('/prices.pdf');
    expect(changed.campaign.parts).toMatchObject([{ type: 'document' }]);
    await world.manager.start(tenantId, campaign.id);
    requests = [];
    await expect(change('/sale.png')).rejects.toMatchObject({ kind: 'conflict' });
    expect(requests).toEqual([]);
  });
});
