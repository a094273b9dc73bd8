import { setTimeout as pause } from 'node:timers/promises';
import { Refused } from '../src/demo/api-client.js';
import type { Accepted } from './campaign.js';
import { answered, momentsOf, type AcceptedRequest, type DirectStage } from './direct.js';
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

/** Lets the people write, and answers each through the API. Returns the answers; rejects when the signal is aborted. */
export async function answerPeople(
  stage: DirectStage & { senderIds: readonly string[] },
  plan: readonly PlannedAnswer[],
  signal: AbortSignal,
): Promise<AcceptedRequest[]> {
  const underWay: Promise<Accepted>[] = [];
  for (const [index, { at, from, sender }] of plan.entries()) {
    await reached(stage, at * stage.expected, signal);
    const senderId = stage.senderIds[sender];
    if (senderId === undefined) throw new Error(`There is no sender ${sender}.`);
    const answer = answerOne(stage, { from, senderId, index }, signal);
    // The wait below gets the error; until then it must not count as an unhandled rejection.
    answer.catch(() => undefined);
    underWay.push(answer);
  }
  const answers = await Promise.all(underWay);
  return answers.map(({ id }) => ({ source: id, kind: 'answer', messages: 1 }));
}

/** A restored database may have forgotten the question while its answer was on its way: then the person asks once more. */
async function answerOne(
  { operator, simulatorUrl, gate, isReplaced }: DirectStage,
  { from, senderId, index }: { from: string; senderId: string; index: number },
  signal: AbortSignal,
): Promise<Accepted> {
  const question = { simulatorUrl, from, senderId, text: `Question ${index}: where is my order?` };
  for (let round = 0; ; round += 1) {
    const replyTo = await questionStored({ operator, isReplaced }, question, signal);
    const body = { to: from, type: 'text', content: 'It is on its way', replyTo };
    const call = { path: '/api/message/send', body };
    const key = `answer-${index}-${round}`;
    const answer = await gate.pass(() => answered(operator, call, key, signal));
    if (!(answer instanceof Refused)) return answer;
    if ((await operator.messageFrom(question)) === replyTo) throw answer;
  }
}

/** What was stored after the backup is lost with the database, and then asked once more. */
async function questionStored(
  { operator, isReplaced }: Pick<DirectStage, 'operator' | 'isReplaced'>,
  question: { simulatorUrl: string; from: string; senderId: string; text: string },
  signal: AbortSignal,
): Promise<string> {
  const ask = (): Promise<void> =>
    writeInbound(question.simulatorUrl, { ...question, to: question.senderId });
  let wasReplaced = isReplaced();
  await ask();
  for (;;) {
    if (isReplaced() && !wasReplaced) {
      wasReplaced = true;
      await ask();
    }
    const id = await operator.messageFrom(question);
    if (id !== undefined) return id;
    await pause(LOOK_EVERY_MS, undefined, { signal });
  }
}
