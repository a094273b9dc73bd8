import 'reflect-metadata';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { loadConfigOrExit, type Config } from '../config/index.js';
import { startEmbeddedPostgres } from '../db/embedded/index.js';
import { createLogger } from '../lib/logger.js';
import { errorMessage } from '../lib/errors.js';
import { randomToken } from '../lib/random.js';
import { createRuntime, type Runtime } from '../runtime.js';
import { createSimulatorNetwork, type SimulatorNetwork } from '../transports/simulator/index.js';
import { ApiClient } from './api-client.js';
import { demoBehaviour } from './cast.js';
import { bold, dim, heading, line } from './screen.js';
import { Question } from './question.js';
import { report } from './report.js';
import { connectSenders, importContacts, startCampaign } from './steps.js';
import type { SenderView } from './shapes.js';
import { announceWatch, watchCampaign } from './watch.js';

const SAMPLE = 'samples/contacts-messy.csv';
const PICTURE = 'samples/offer.png';
const ADMIN_EMAIL = 'demo@localhost';
/** Typing as people do would stretch the demo to several minutes. */
const QUICK_TYPING = { perCharacterMs: 4, minMs: 150, maxMs: 600 };
const QUICK_PAUSE = { minMs: 100, maxMs: 300 };

/** `npm run demo`: the engine's main job on the built-in simulator, driven over the HTTP API like any client would. */
async function main(): Promise<void> {
  const exitWhenDone = process.argv.slice(2).includes('--exit');
  const password = randomToken(9);
  const config = await demoConfig(password);
  const logFile = join(config.server.dataDir, 'server.log');
  await mkdir(config.server.dataDir, { recursive: true });
  const logger = createLogger('info', { destination: createWriteStream(logFile) });
  line(bold('Starling demo') + dim('  (simulated phones only: nothing leaves this machine)'));
  const postgres = await startEmbeddedPostgres({ dataDir: config.server.dataDir, logger, fresh: true });
  config.database.url = postgres.url;
  const network = createSimulatorNetwork({ seed: 7, behaviour: demoBehaviour });
  const tuning = { typing: QUICK_TYPING, pause: QUICK_PAUSE };
  const runtime = await createRuntime(config, { logger, simulatorNetwork: network, tuning });
  const stop = async (): Promise<void> => {
    await runtime.stop();
    network.close();
    await postgres.stop();
  };
  stopOnSignal(stop);
  const good = await perform(runtime, network, password);
  if (exitWhenDone) {
    await stop();
    process.exit(good ? 0 : 1);
  }
  heading('The server keeps running');
  line(`  API and its description   ${runtime.url}/api/docs`);
  line(`  queues                    ${runtime.url}/admin/queues`);
  line(`  log in as                 ${ADMIN_EMAIL} / ${password}`);
  line(`  the server's log          ${relative(process.cwd(), logFile)}`);
  line(dim('  Ctrl-C ends it. The next demo starts with an empty database.'));
}

async function perform(runtime: Runtime, network: SimulatorNetwork, password: string): Promise<boolean> {
  const api = await ApiClient.login(runtime.url, ADMIN_EMAIL, password);
  const senders = await connectSenders(api, (senderId) => network.scan(senderId));
  const imported = await importContacts(api, SAMPLE);
  const campaign = await startCampaign(api, imported.listId ?? '', PICTURE);
  announceWatch();
  const question = new Question(api);
  network.describe(question.phone);
  network.write(question.messageTo(await numberOf(api, senders, 'Bruno')));
  await watchCampaign(api, campaign, question);
  const arrivals = network.ledger.summary(campaign.id);
  return report(api, campaign, senders, { ...arrivals, questionAnswered: question.isAnswered });
}

async function numberOf(api: ApiClient, senders: readonly SenderView[], name: string): Promise<string> {
  const sender = senders.find((one) => one.name === name);
  if (!sender) throw new Error(`There is no sender ${name}.`);
  const { phoneNumber } = await api.get<SenderView>(`/api/senders/${sender.id}`);
  if (phoneNumber === null) throw new Error(`${name} has no number.`);
  return phoneNumber;
}

/** The user's own settings, except that the demo needs nothing outside and has a folder and a database of its own. */
async function demoConfig(password: string): Promise<Config> {
  const config = loadConfigOrExit({
    ...process.env,
    DATABASE_URL: '',
    ENABLE_REDIS: 'false',
    SIMULATOR_URL: '',
    ROLES: 'api,worker',
    AUTH_MODE: 'password',
    HOST: '127.0.0.1',
    ADMIN_EMAIL,
    ADMIN_PASSWORD: password,
    APP_SECRET: randomToken(48),
    JWT_SECRET: randomToken(48),
  });
  config.server.dataDir = resolve(config.server.dataDir, 'demo');
  if (!(await isFree(config.server.port))) config.server.port = 0;
  return config;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const probe = createServer();
    probe.once('error', () => answer(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => answer(true)));
  });
}

/** A second signal does not wait. */
function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    line(dim('\n  stopping ...'));
    stop().then(() => process.exit(0), fail);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

function fail(error: unknown): never {
  process.stderr.write(`\nThe demo failed: ${errorMessage(error)}\n`);
  process.exit(1);
}

main().catch(fail);
