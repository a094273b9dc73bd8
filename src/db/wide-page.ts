import type { SelectQueryBuilder } from 'typeorm';
import { refuseLargePage, toPage, type Page } from '../lib/pages.js';
import type { Tx } from './database.js';

interface MeasuredRow {
  id: string;
  characters: number;
}

/**
 * A page of what the query finds, newest ids first. Refuses (`too_large`) one whose wide columns have too many characters
 * together: they are counted by the database, so that a page that is too long is never held in memory. What the query looks
 * for is looked for once.
 */
export async function readWidePage<Row extends { id: string }>(
  tx: Tx,
  query: SelectQueryBuilder<Row>,
  { limit, wide }: { limit: number; wide: readonly (keyof Row & string)[] },
): Promise<Page<Row>> {
  const { alias } = query;
  const lengths = wide.map((column) => `coalesce(length(CAST( ${alias}.${column} AS text)), 0)`);
  const [sql, values] = query
    .clone()
    .select(`${alias}.id`, 'id')
    .addSelect(lengths.join(' + '), 'characters')
    .orderBy(`${alias}.id`, 'DESC')
    .limit(limit + 1)
    .getQueryAndParameters();
  const page = toPage(await tx.query<MeasuredRow[]>(sql, values), limit, ({ id }) => [id]);
  refuseLargePage(page.items.reduce((sum, { characters }) => sum + characters, 0));
  if (page.items.length === 0) return { ...page, items: [] };
  const items = await query
    .clone()
    .where(`${alias}.id IN (:...ids)`, { ids: page.items.map(({ id }) => id) })
    .orderBy(`${alias}.id`, 'DESC')
    .getMany();
  return { ...page, items };
}
