import { MAX_PAGE_CHARACTERS, refuseLargePage, type Page } from '../lib/pages.js';
import { yieldingWork } from '../lib/yielding-work.js';
import { isPage, successBody } from './envelope.js';

/**
 * The body of a success as JSON. The items of a page are written one by one, with time for others between them; a page
 * that becomes too large is refused (`too_large`), because the caller can ask for a smaller one.
 */
export async function writtenAnswer(data: unknown, mostCharacters = MAX_PAGE_CHARACTERS): Promise<string> {
  if (!isPage(data)) return JSON.stringify(successBody(data));
  const items = await writtenItems(data.items, mostCharacters);
  const rest = JSON.stringify(successBody({ ...data, items: [] } satisfies Page<unknown>));
  return rest.replace('"data":[]', () => `"data":[${items.join(',')}]`);
}

async function writtenItems(items: readonly unknown[], mostCharacters: number): Promise<string[]> {
  const work = yieldingWork(Number.POSITIVE_INFINITY);
  const written: string[] = [];
  let characters = 0;
  for (const item of items) {
    await work.yieldIfDue();
    const json = JSON.stringify(item) ?? 'null';
    characters += json.length;
    refuseLargePage(characters, mostCharacters);
    written.push(json);
  }
  return written;
}
