import { setTimeout as pause } from 'node:timers/promises';
import type { Operator } from './campaign.js';
import { answered, momentsOf, type DirectStage } from './direct.js';
import { reached, writeInbound } from './ledger.js';
import type { ChaosOptions } from './options.js';
import { askingPhone, campaignPhone } from './people.js';

/** Somebody writes to a sender, by its place in the list, and is answered; `at` as of other requests. */
export interface PlannedAnswer {
  at: number;
  from: string;
  sender: number;
}

const LOOK_EVERY_MS = 400;
/** So many people, one sender after the other; every other person is one of the campaign's, from its end. */
export function planAnswers(
  { answers, recipients, senders }: Pick<ChaosOptions, 'answers' | 'recipients' | 'senders'>,
  last?: number,
): PlannedAnswer[] {
  return momentsOf(answers, last).map((at, index) => ({
    at,
    from: index % 2 === 0 ? campaignPhone(recipients - 1 - ((index / 2) % recipients)) : askingPhone(index),
    sender: index % senders,
  }));
}

/** Lets the people write, and answers each through the API. Rejects when the signal is aborted. */
export async function answerPeople(
  stage: DirectStage & { senderIds: readonly string[] },
  plan: readonly PlannedAnswer[],
  signal: AbortSignal,
): Promise<void> {
  const underWay: Promise<void>[] = [];
  for (const [index, { at, from, sender }] of plan.entries()) {
    await reached(stage.simulatorUrl, at * stage.expected, signal);
    const senderId = stage.senderIds[sender];
    if (senderId === undefined) throw new Error(`There is no sender ${sender}.`);
    const answer = answerOne(stage, { from, senderId, index }, signal);
    // The wait below gets the error; until then it must not count as an unhandled rejection.
    answer.catch(() => undefined);
    underWay.push(answer);
  }
  await Promise.all(underWay);
}

async function answerOne(
  { operator, simulatorUrl }: DirectStage,
  { from, senderId, index }: { from: string; senderId: string; index: number },
  signal: AbortSignal,
): Promise<void> {
  const text = `Question ${index}: where is my order?`;
  const replyTo = await questionStored(operator, { simulatorUrl, from, senderId, text }, signal);
  const body = { to: from, type: 'text', content: 'It is on its way', replyTo };
  const call = { path: '/api/message/send', body };
  const answer = await answered(operator, call, `answer-${index}`, signal);
  if (answer !== 'accepted') throw answer;
}

async function questionStored(
  operator: Operator,
  question: { simulatorUrl: string; from: string; senderId: string; text: string },
  signal: AbortSignal,
): Promise<string> {
  await writeInbound(question.simulatorUrl, { ...question, to: question.senderId });
  for (;;) {
    const id = await operator.messageFrom(question);
    if (id !== undefined) return id;
    await pause(LOOK_EVERY_MS, undefined, { signal });
  }
}
