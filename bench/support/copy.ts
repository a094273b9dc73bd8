import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { query } from './services.js';

/** Seconds psql needs to copy the file into an empty table that costs as much to write as the one of the contacts. */
export async function copyWithPsql(databaseUrl: string, file: string): Promise<number> {
  await query(databaseUrl, 'CREATE TABLE copied (LIKE contacts INCLUDING ALL)');
  await query(databaseUrl, 'CHECKPOINT');
  const started = performance.now();
  await psql(
    databaseUrl,
    `\\copy copied (id, tenant_id, phone, name, attributes) FROM '${file}' WITH (FORMAT csv)`,
  );
  const seconds = (performance.now() - started) / 1_000;
  await query(databaseUrl, 'DROP TABLE copied');
  return seconds;
}

async function psql(databaseUrl: string, command: string): Promise<void> {
  const options = ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--command', command];
  const child = spawn('psql', [...options, databaseUrl], { stdio: ['ignore', 'ignore', 'inherit'] });
  const failed = once(child, 'error').then(() => {
    throw new Error('The bench needs psql: sudo apt-get install -y postgresql-client');
  });
  const [code] = (await Promise.race([once(child, 'exit'), failed])) as [number | null];
  if (code !== 0) throw new Error(`psql ended with ${code}.`);
}
