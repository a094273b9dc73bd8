import { afterEach } from '@jest/globals';

/** Undoes what a test began, the last thing first, also when its beginning failed half way. */
export function cleaningUp(): (undo: () => Promise<unknown> | void) => void {
  const undos: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const undo of undos.splice(0).toReversed()) await undo();
  });
  return (undo) => void undos.push(undo);
}
