import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { contactRoutes } from '../../src/api/routes/contacts.js';
import { importRoutes } from '../../src/api/routes/imports.js';
import { listRoutes } from '../../src/api/routes/lists.js';
import { suppressionRoutes } from '../../src/api/routes/suppressions.js';
import { systemClock } from '../../src/lib/clock.js';
import { ListService, SuppressionService, type ImportService } from '../../src/modules/contacts/index.js';
import { createTestApi, type TestApi } from '../api/harness.js';
import { ImportHarness } from './import-harness.js';

let harness: ImportHarness;
let imports: ImportService;
let api: TestApi;
let authorization: string;

beforeAll(async () => {
  harness = await ImportHarness.create();
  imports = harness.service();
  const deps = { database: harness.test.database, clock: systemClock, defaultCountry: 'BR' };
  api = await createTestApi({
    db: harness.test,
    routes: [
      ...contactRoutes({ contacts: harness.contacts }),
      ...importRoutes({ imports, maxUploadBytes: 10_000 }),
      ...listRoutes({ lists: new ListService(deps) }),
      ...suppressionRoutes({ suppressions: new SuppressionService(deps) }),
    ],
  });
  authorization = `Bearer ${await api.token()}`;
});
afterAll(async () => {
  await api.close();
  await harness.close();
});

const call = (method: 'get' | 'post' | 'patch' | 'delete', path: string) =>
  api.request[method](path).set('authorization', authorization);

describe('contacts over HTTP', () => {
  it('are created, found, changed and deleted', async () => {
    const made = await call('post', '/api/contacts').send({
      phoneNumber: '(11) 98765-4321',
      name: 'Ana',
      attributes: { city: 'Recife' },
    });
    expect(made.status).toBe(201);
    const { id } = made.body.data;
    expect(made.body.data).toMatchObject({ phoneNumber: '+5511987654321', optedOut: false });

    const again = await call('post', '/api/contacts').send({ phoneNumber: '+5511987654321' });
    expect(again.status).toBe(409);
    expect(again.body.message).toContain(id);

    const changed = await call('patch', `/api/contacts/${id}`).send({ optedOut: true, name: null });
    expect(changed.body.data).toMatchObject({ optedOut: true, name: null, attributes: { city: 'Recife' } });

    const found = await call('get', '/api/contacts?q=%2B5511&optedOut=true&limit=1');
    expect(found.body).toMatchObject({ success: true, data: [{ id }], nextCursor: null });
    expect((await call('get', '/api/contacts?optedOut=false')).body.data).toEqual([]);

    expect((await call('delete', `/api/contacts/${id}`)).body).toEqual({ success: true, data: { id } });
    expect((await call('get', `/api/contacts/${id}`)).status).toBe(404);
  });

  it('are made of a LID or a business-scoped id, too', async () => {
    const made = await call('post', '/api/contacts').send({
      phoneNumber: null,
      lid: '190000000000009',
      businessScopedId: { id: 'BR.nine', portfolio: '1029' },
    });
    expect(made.status).toBe(201);
    expect(made.body.data).toMatchObject({
      phoneNumber: null,
      identities: [
        { kind: 'lid', value: '190000000000009', scope: null },
        { kind: 'bsuid', value: 'BR.nine', scope: '1029' },
      ],
    });
    const bad = await call('post', '/api/contacts').send({ businessScopedId: { portfolio: '1029' } });
    expect(bad.body.errors).toMatchObject([{ path: 'businessScopedId.id' }]);
    expect((await call('delete', `/api/contacts/${made.body.data.id}`)).status).toBe(200);
  });

  it('with bad input name the field', async () => {
    const bad = await call('post', '/api/contacts').send({ phoneNumber: 'x', attributes: { 'a b': 1 } });
    expect(bad.body).toMatchObject({ success: false, errors: [{ path: 'phoneNumber' }] });
    expect((await call('get', '/api/contacts?limit=0')).body.errors).toMatchObject([{ path: 'limit' }]);
    expect((await call('patch', `/api/contacts/x`).send({})).status).toBe(400);
    const nulls = { name: null, attributes: null, attributesMode: null, optedOut: null };
    const { body } = await call('post', '/api/contacts').send({ phoneNumber: '+4930123456' });
    expect((await call('patch', `/api/contacts/${body.data.id}`).send(nulls)).status).toBe(200);
  });

  it('are on lists and suppression lists', async () => {
    const list = (await call('post', '/api/lists').send({ name: 'VIP' })).body.data;
    const contact = (await call('post', '/api/contacts').send({ phoneNumber: '+12025550143' })).body.data;
    const members = `/api/lists/${list.id}/members`;
    const added = await call('post', members).send({ contactIds: [contact.id] });
    expect(added.body.data).toEqual({ added: 1 });
    expect((await call('get', '/api/lists')).body.data).toMatchObject([{ name: 'VIP', memberCount: 1 }]);
    expect((await call('get', `/api/contacts?listId=${list.id}`)).body.data).toHaveLength(1);
    expect((await call('delete', `${members}/${contact.id}`)).status).toBe(200);
    expect((await call('patch', `/api/lists/${list.id}`).send({ name: 'Gold' })).body.data.name).toBe('Gold');
    expect((await call('delete', `/api/lists/${list.id}`)).status).toBe(200);

    const suppressed = await call('post', '/api/suppressions').send({ phoneNumbers: ['+12025550143'] });
    expect(suppressed.status).toBe(201);
    const [{ id }] = suppressed.body.data;
    expect((await call('get', '/api/suppressions?phoneNumber=1202')).body.data).toMatchObject([{ id }]);
    expect((await call('delete', `/api/suppressions/${id}`)).status).toBe(200);
  });
});

describe('an import over HTTP', () => {
  it('is accepted, followed and ends with a file of rejected rows', async () => {
    const sent = await call('post', '/api/contacts/import')
      .field('listName', 'Spring')
      .field('defaultCountry', 'BR')
      .field('mapping', '{"phoneNumber":"zap","name":1}')
      .field('delimiter', 'semicolon')
      .field('encoding', 'cp1252')
      .field('hiddenRows', 'include')
      .attach(
        'file',
        Buffer.from('quem;zap\nJos\xe9;(11) 98765-0001\nBia;=1+1\n', 'latin1'),
        'minha lista.csv',
      );
    expect(sent.status).toBe(202);
    const { id } = sent.body.data;
    const path = `/api/imports/${id}`;
    expect((await call('get', path)).body.data).toMatchObject({
      status: 'queued',
      fileName: 'minha lista.csv',
    });

    const job = harness.jobs.find(({ importId }) => importId === id);
    if (!job) throw new Error('No job was queued.');
    await imports.handleImport(job, { signal: new AbortController().signal });
    const done = (await call('get', path)).body.data;
    expect(done).toMatchObject({
      status: 'completed',
      progress: 100,
      counts: { rows: 2, created: 1, updated: 0, unchanged: 0, duplicate: 0, invalid: 1 },
      warnings: [],
      errorsUrl: `${path}/errors`,
    });
    expect((await call('get', '/api/imports')).body.data).toMatchObject([{ id }]);

    const errors = await call('get', done.errorsUrl);
    expect(errors.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(errors.headers['content-disposition']).toContain('attachment');
    expect(errors.text.replace('\uFEFF', '')).toBe(
      `line,reason,quem,zap\r\n3,"the phone number contains ""=""",Bia,'=1+1\r\n`,
    );
  });

  it.each([
    ['no file', { listName: 'x' }, undefined, 'file'],
    ['a country that is none', { defaultCountry: 'XX' }, 'phone\n1\n', 'defaultCountry'],
    ['a mapping that is no JSON', { mapping: 'phone=zap' }, 'phone\n1\n', 'mapping'],
    ['an unknown delimiter', { delimiter: '#' }, 'phone\n1\n', 'delimiter'],
    ['an unknown encoding', { encoding: 'klingon' }, 'phone\n1\n', 'encoding'],
    ['an unknown way with hidden rows', { hiddenRows: 'yes' }, 'phone\n1\n', 'hiddenRows'],
    ['a blank list', { listName: '' }, 'phone\n1\n', 'listName'],
    ['a blank mapping', { mapping: ' ' }, 'phone\n1\n', 'mapping'],
    ['a blank source of consent', { consentSource: '' }, 'phone\n1\n', 'consentSource'],
    ['a blank encoding', { encoding: '' }, 'phone\n1\n', 'encoding'],
    ['a blank country', { defaultCountry: '' }, 'phone\n1\n', 'defaultCountry'],
    ['an unknown field', { colour: 'red' }, 'phone\n1\n', 'colour'],
  ])('with %s is refused and leaves no file', async (_, fields, file, path) => {
    const request = call('post', '/api/contacts/import').field(fields);
    if (file !== undefined) request.attach('file', Buffer.from(file), 'a.csv');
    const { status, body } = await request;
    expect({ status, errors: body.errors }).toEqual({
      status: 400,
      errors: [{ path, message: expect.stringMatching(/\S{3}/) }],
    });
    expect(await readdir(api.uploadDir)).toEqual([]);
  });

  it('larger than allowed is refused', async () => {
    const file = Buffer.alloc(20_000, 'x');
    const { status } = await call('post', '/api/contacts/import').attach('file', file, 'a.csv');
    expect(status).toBe(413);
  });

  it('of another tenant is not there', async () => {
    const tenantId = await harness.test.createTenant();
    const importId = await harness.upload(imports, tenantId, 'phone\n+5511987654321\n');
    expect((await call('get', `/api/imports/${importId}`)).status).toBe(404);
    expect((await call('get', `/api/imports/${importId}/errors`)).status).toBe(404);
    await access(join(harness.filesDir, importId));
  });
});
