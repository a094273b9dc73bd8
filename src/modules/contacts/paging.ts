import { invalid } from '../../lib/errors.js';
import { isId } from '../../lib/ids.js';
import { decodeCursor } from '../../lib/pages.js';

/** The id a list ordered by id goes on behind. A cursor that is not one of ours is `invalid`. */
export function idBehind(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const [id] = decodeCursor(cursor) ?? [];
  if (!isId(id)) {
    throw invalid([{ path: 'cursor', message: 'Send the nextCursor of the page before, or none.' }]);
  }
  return id;
}
