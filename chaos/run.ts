import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { errorMessage } from '../src/lib/errors.js';
import { Operator } from './campaign.js';
import { answerPeople, planAnswers } from './answers.js';
import type { Check } from './check.js';
import { checksOf } from './checks.js';
import { messagesOf, planDirect, sendDirectly, type AcceptedRequest } from './direct.js';
import { Director, type Events } from './director.js';
import type { Findings, RestoreFindings } from './findings.js';
import { Gate } from './gate.js';
import { ledgerSummary, readLedger, type LedgerEntry } from './ledger.js';
import type { ChaosOptions } from './options.js';
import { PARTS } from './people.js';
import { planFaults } from './plan.js';
import type { Programs } from './programs.js';
import { holeOf, lostDeliveries, restoredTexts } from './restore-checks.js';
import { Restore } from './restore.js';
import { setStage, type Stage } from './stage.js';
import { settle } from './settle.js';
import { allEnded, readTruth, unfinished } from './truth.js';
import { judge, type DeliveryRow, type Verdict } from './verdict.js';
import { allHeard, isStopForgotten, judgeWriters, letWrite, planWriters, readWriters } from './writers.js';

export interface ChaosResult {
  options: ChaosOptions;
  events: Events;
  findings: Findings;
  checks: Check[];
  good: boolean;
  /** From the start of the campaign to its completion, and to the end of what was sent beside it. */
  campaignSeconds: number;
  /** The processes' own words; there only when something is wrong. */
  folder: string;
}

export interface RunSettings {
  programs: Programs;
  tell: (text: string) => void;
  /** No fault after that share of the messages. */
  lastFaultAt?: number;
  /** How long to wait for the last receipts while none comes. */
  settleMs?: number;
  signal?: AbortSignal;
}

/** One campaign under fire, and what is sent beside it, from an empty database to the verdict. Ends everything it has started. */
export async function runChaos(options: ChaosOptions, settings: RunSettings): Promise<ChaosResult> {
  const stage = await setStage(options, settings.programs);
  let good = false;
  try {
    const result = await perform(stage, options, settings);
    good = result.good;
    return result;
  } finally {
    await stage.close(!good);
  }
}

async function perform(stage: Stage, options: ChaosOptions, settings: RunSettings): Promise<ChaosResult> {
  const operator = await Operator.logIn(await stage.api.up());
  const senderIds = await operator.connectSenders(options.senders);
  const campaign = await operator.startCampaign(options.recipients);
  const startedAt = performance.now();
  const expected = options.recipients * PARTS;
  settings.tell(`The campaign runs: ${expected} messages. Files are in ${stage.folder}.`);
  let isOver = false;
  const progress = { simulatorUrl: stage.simulatorUrl, isOver: () => isOver };
  const gate = new Gate();
  const writers = planWriters(options, settings.lastFaultAt);
  const restore = new Restore(stage, { operator, campaign, gate, writers });
  const director = new Director(stage, restore, expected, progress, settings.tell);
  const plan = planDirect(options, settings.lastFaultAt);
  const answers = planAnswers(options, settings.lastFaultAt);
  const isReplaced = (): boolean => restore.result !== undefined;
  const direct = { ...progress, operator, campaign, expected, gate, senderIds, isReplaced };
  const accepted: AcceptedRequest[] = [];
  const work = async (signal: AbortSignal): Promise<void> => {
    const [, ...requests] = await Promise.all([
      director.perform(planFaults(options, settings.lastFaultAt), signal),
      sendDirectly(direct, plan, signal),
      answerPeople(direct, answers, signal),
      letWrite(direct, writers, signal),
      completed(operator, campaign, signal).then(() => (isOver = true)),
    ]);
    accepted.push(...requests[0], ...requests[1]);
    while (!(await allEnded(stage.postgres.url))) await pause(200, undefined, { signal });
    const isForgotten = (phone: string): boolean =>
      restore.result !== undefined &&
      isStopForgotten(phone, restoredTexts({ ...restore.result, flushedAt: director.events.flushedAt }));
    const isHeard = () => allHeard(stage.postgres.url, writers, isForgotten);
    while (!(await isHeard())) await pause(200, undefined, { signal });
  };
  await inTime(work, options, settings.signal).catch(async (error: unknown) => {
    // PostgreSQL may be away this moment; why the run ended matters more.
    const left = await unfinished(stage.postgres.url).catch(errorMessage);
    settings.tell(`Unfinished: ${JSON.stringify(left, null, 2)}`);
    throw error;
  });
  const campaignSeconds = (performance.now() - startedAt) / 1_000;
  settings.tell(
    `The campaign has completed, and all else has ended, after ${campaignSeconds.toFixed(0)} s; the last receipts come in.`,
  );
  await settle(stage.postgres.url, settings.settleMs);
  const asked = plan.reduce((sum, { request }) => sum + messagesOf(request), answers.length);
  const findings = await lookAtEverything(
    stage,
    operator,
    {
      campaign,
      asked,
      answered: answers.length,
      accepted,
      writers,
      restore: restore.result && { ...restore.result, flushedAt: director.events.flushedAt },
    },
    options,
  );
  const checks = checksOf(findings);
  const good = checks.every(({ holds }) => holds);
  return { options, events: director.events, findings, checks, good, campaignSeconds, folder: stage.folder };
}

async function completed(operator: Operator, campaign: string, signal: AbortSignal): Promise<void> {
  while ((await operator.statusOf(campaign)) !== 'completed') await pause(200, undefined, { signal });
}

/** Gives up when the time is over or the user interrupts, whatever the work waits for; all of it when a part fails. */
async function inTime(
  work: (signal: AbortSignal) => Promise<void>,
  { minutes }: ChaosOptions,
  interrupted: AbortSignal = new AbortController().signal,
): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(minutes * 60_000), interrupted, over.signal]);
  // As many as are being answered listen to it.
  setMaxListeners(0, signal);
  const givenUp = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () =>
      reject(new Error('The campaign was given up.', { cause: signal.reason })),
    );
  });
  try {
    await Promise.race([work(signal), givenUp]);
  } finally {
    over.abort();
  }
}

async function lookAtEverything(
  stage: Stage,
  operator: Operator,
  asked: Pick<Findings, 'campaign' | 'asked' | 'answered' | 'accepted' | 'restore' | 'writers'>,
  { backend, ids }: ChaosOptions,
): Promise<Findings> {
  // Workers write receipts down until they stop: what the API says before is of another moment than what is counted.
  const ends = [...(asked.restore?.ends ?? []), ...(await stage.stop(stage.workers))];
  const stats = await operator.statsOf(asked.campaign);
  ends.push(...(await stage.stop([stage.api])));
  const truth = await readTruth(stage.postgres.url, asked.campaign);
  const arrivals = await readLedger(stage.simulatorUrl);
  return {
    ids,
    ...asked,
    parts: PARTS,
    verdict: verdictOf(arrivals, truth.deliveries, asked.restore),
    written: judgeWriters(
      asked.writers,
      await readWriters(stage.postgres.url, asked.writers),
      arrivals,
      asked.restore && restoredTexts(asked.restore),
    ),
    truth,
    stats: numbersOf(stats),
    arrivals,
    ledger: await ledgerSummary(stage.simulatorUrl),
    queueLost: backend === 'redis',
    crashes: [...stage.workers, stage.api].flatMap(({ crashes }) => crashes),
    ends,
  };
}

function verdictOf(
  arrivals: readonly LedgerEntry[],
  deliveries: readonly DeliveryRow[],
  restore: RestoreFindings | undefined,
): Verdict {
  return restore
    ? judge(arrivals, [...deliveries, ...lostDeliveries(restore)], holeOf(restore))
    : judge(arrivals, deliveries);
}

function numbersOf(stats: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(stats).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}
