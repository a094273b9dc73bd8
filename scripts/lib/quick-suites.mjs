import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './run.mjs';

/** For each module the suite that shows the most of it, on a real database. Test folders may have other names. */
export const ONE_PER_MODULE = {
  auth: 'test/auth/login.test.ts',
  campaigns: 'test/campaigns/running/running.test.ts',
  contacts: 'test/contacts/contacts.test.ts',
  content: 'test/delivery/contents.test.ts',
  delivery: 'test/delivery/send.test.ts',
  events: 'test/events/outbox.test.ts',
  inbound: 'test/inbound/inbound.test.ts',
  installation: 'test/installation/installation.test.ts',
  media: 'test/media/media.test.ts',
  messages: 'test/messages/direct/send.test.ts',
  segments: 'test/segments/segments.test.ts',
  senders: 'test/senders/reservation.test.ts',
  sessions: 'test/sessions/session-host.test.ts',
  templates: 'test/templates/templates.test.ts',
  tenants: 'test/tenants/settings.test.ts',
  workers: 'test/delivery/waiting.test.ts',
};

/** What a suite or one of its helpers imports when it needs a server or starts a program. */
const NEEDS_MORE =
  /'[^']*(support\/(database|redis-service|programs)|db\/embedded\/index)\.js'|'node:child_process'|'pg'/;

/** The suites of `npm run test:quick`: all that need nothing but a processor, and one for each module. */
export function quickSuites() {
  const pure = suitesIn('test').filter((file) => !needsMore(file));
  return [...new Set([...pure, ...Object.values(ONE_PER_MODULE)])].toSorted();
}

/** The text of a suite and of all helpers it imports from the tests. */
export function withHelpers(file, seen = new Set()) {
  if (seen.has(file)) return '';
  seen.add(file);
  const text = readFileSync(path.join(root, file), 'utf8');
  const helpers = [...text.matchAll(/ from '(\.[^']+)\.js'/g)]
    .map(([, to]) => `${path.posix.join(path.posix.dirname(file), to)}.ts`)
    .filter((helper) => helper.startsWith('test/') && existsSync(path.join(root, helper)));
  return [text, ...helpers.map((helper) => withHelpers(helper, seen))].join('\n');
}

function needsMore(file) {
  return NEEDS_MORE.test(withHelpers(file));
}

function suitesIn(folder) {
  return readdirSync(path.join(root, folder), { recursive: true })
    .map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/')))
    .filter((file) => file.endsWith('.test.ts'));
}
