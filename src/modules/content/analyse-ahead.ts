import { yieldingWork } from '../../lib/yielding-work.js';
import { analyseTemplate } from './core/templates/template-analysis.js';

/** More characters than the texts of one campaign may have. */
const MOST_CHARACTERS = 400_000;

/**
 * Analyses the texts of a request or a campaign one after the other, and lets others run in between: what is analysed
 * after this, in one go, is remembered.
 */
export async function analyseAhead(given: unknown): Promise<void> {
  const work = yieldingWork(Infinity);
  let left = MOST_CHARACTERS;
  for (const text of textsIn(given)) {
    left -= text.length;
    if (left < 0) return;
    analyseTemplate(text);
    await work.yieldIfDue();
  }
}

/** Only templates take long. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    if (value.includes('{')) yield value;
  } else if (typeof value === 'object' && value !== null) {
    for (const inside of Object.values(value) as unknown[]) yield* textsIn(inside);
  }
}
