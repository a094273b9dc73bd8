import { parseArgs } from 'node:util';

export const usage = `Usage: npm run simulator -- [options]

  --port <n>            port on 127.0.0.1, 0 for a free one (default 4010)
  --seed <n>            repeats a run and recognises senders paired before (default 1)
  --behaviour <file>    JSON with what differs from the default behaviour
  --ledger <n>          how many arrived messages are kept (default 1000000, about 0.5 GB)
  --no-idempotent-ids   take no message ids and recognise no resends
  --help                show this text
`;

export interface CommandLine {
  port: number;
  seed: number;
  behaviourFile: string | undefined;
  ledgerCapacity: number;
  idempotentIds: boolean;
}

export type ParsedCommandLine =
  { kind: 'run'; options: CommandLine } | { kind: 'help' } | { kind: 'wrong'; message: string };

const DEFAULT_PORT = 4_010;

export function parseCommandLine(args: string[]): ParsedCommandLine {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: 'string' },
        seed: { type: 'string' },
        behaviour: { type: 'string' },
        ledger: { type: 'string' },
        'no-idempotent-ids': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) return { kind: 'help' };
    const options = {
      port: number('--port', values.port, { fallback: DEFAULT_PORT, min: 0, max: 65_535 }),
      seed: number('--seed', values.seed, { fallback: 1, min: 0, max: 4_294_967_295 }),
      ledgerCapacity: number('--ledger', values.ledger, { fallback: 1_000_000, min: 1, max: 10_000_000 }),
      behaviourFile: values.behaviour,
      idempotentIds: !values['no-idempotent-ids'],
    };
    return { kind: 'run', options };
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
}

function number(
  name: string,
  given: string | undefined,
  { fallback, min, max }: { fallback: number; min: number; max: number },
): number {
  if (given === undefined) return fallback;
  const value = Number(given);
  if (given.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${name} must be a whole number from ${min} to ${max}, not "${given}".`);
}
