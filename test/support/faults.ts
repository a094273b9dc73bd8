import type { Tx } from '../../src/db/index.js';
import { newId } from '../../src/lib/ids.js';

/** What PostgreSQL says to half of an emoji: trying again does not change it. And to who waits for a lock for too long. */
const REFUSALS = {
  unstorable: `RAISE EXCEPTION 'unsupported Unicode escape sequence' USING ERRCODE = '22P05'`,
  locked: `RAISE EXCEPTION 'canceling statement due to lock timeout' USING ERRCODE = '55P03'`,
};

/**
 * PostgreSQL refuses to write these rows (an SQL condition on NEW), the first so many times; a sequence counts, because it
 * is not rolled back with what it counts. Returns what ends it.
 */
export async function refuseRows(
  tx: Tx,
  table: string,
  event: 'INSERT' | 'UPDATE',
  when: string,
  times = 1_000_000,
  refusal: keyof typeof REFUSALS = 'unstorable',
): Promise<() => Promise<void>> {
  const name = `fault_${newId().replaceAll('-', '')}`;
  await tx.query(`CREATE SEQUENCE ${name}`);
  await tx.query(
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF nextval('${name}') <= ${times} THEN ${REFUSALS[refusal]}; END IF;
       RETURN NEW;
     END $$`,
  );
  await tx.query(
    `CREATE TRIGGER ${name} BEFORE ${event} ON ${table} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION ${name}()`,
  );
  return async () => {
    await tx.query(`DROP TRIGGER ${name} ON ${table}`);
    await tx.query(`DROP FUNCTION ${name}()`);
    await tx.query(`DROP SEQUENCE ${name}`);
  };
}
