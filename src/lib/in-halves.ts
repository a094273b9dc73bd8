import { unavailableResource } from './transient-errors.js';

/** An item for which it did not go through, not even alone. */
export interface Failed<Item> {
  item: Item;
  error: unknown;
}

/**
 * Runs a piece of work for many items at once. Where it throws, having done nothing, it runs for halves of them, until
 * those that make it throw are alone: one broken item does not keep the others waiting. An error that is no item's fault
 * (`isOfAll`; unless given, whatever is unavailable, see `unavailableResource`) is thrown. Returns those that failed alone.
 */
export async function inHalves<Item>(
  items: readonly Item[],
  run: (items: readonly Item[]) => Promise<void>,
  isOfAll = (error: unknown): boolean => unavailableResource(error) !== undefined,
): Promise<Failed<Item>[]> {
  const [item] = items;
  if (item === undefined) return [];
  try {
    await run(items);
    return [];
  } catch (error) {
    if (isOfAll(error)) throw error;
    if (items.length === 1) return [{ item, error }];
  }
  const middle = Math.ceil(items.length / 2);
  const first = await inHalves(items.slice(0, middle), run, isOfAll);
  const second = await inHalves(items.slice(middle), run, isOfAll);
  return [...first, ...second];
}
