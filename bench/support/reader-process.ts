import { setTimeout as wait } from 'node:timers/promises';
import { ApiClient } from '../../src/demo/api-client.js';
import type { ReaderOrder, ReaderSettings } from './reader.js';

/** Between an answer and the next request. */
const PAUSE_MS = 5;

const { url, email, password, path } = JSON.parse(process.env['READER_SETTINGS'] ?? '{}') as ReaderSettings;
const api = await ApiClient.login(url, email, password);
let over = new AbortController();

async function answerTime(): Promise<number> {
  const started = performance.now();
  await api.get(path);
  return performance.now() - started;
}

async function read(times: number): Promise<void> {
  const answers: number[] = [];
  for (let index = 0; index < times; index += 1) answers.push(await answerTime());
  process.send?.(answers);
}

async function readOn(): Promise<void> {
  const answers: number[] = [];
  over = new AbortController();
  const { signal } = over;
  while (!signal.aborted) {
    answers.push(await answerTime());
    await wait(PAUSE_MS);
  }
  process.send?.(answers);
}

// A request that fails ends the process, and with it the measurement.
process.on('message', (order: ReaderOrder) => {
  if (order.kind === 'end') over.abort();
  else void (order.kind === 'read' ? read(order.times) : readOn());
});
process.on('disconnect', () => process.exit(1));
process.send?.([]);
