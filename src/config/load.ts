import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { validateSync } from 'class-validator';
import { errorMessage } from '../lib/errors.js';
import { Config } from './config.js';
import { crossErrors } from './rules.js';
import { settingsOf, type ConfigClass } from './setting.js';
import { maskValue, parseValue } from './values.js';

type Environment = Readonly<Record<string, string | undefined>>;

export type ConfigOutcome = { ok: true; config: Config } | { ok: false; errors: string[] };

/** Where generated secrets are kept: in the working directory, out of version control. */
export const SECRETS_FILE = '.env.local';
const DEFAULT_FILES = ['.env', SECRETS_FILE];

/**
 * Reads the settings: class defaults, then the files in their order, then `env`; the last one that sets a variable
 * wins. Empty is the same as not set. All errors are reported together, each as one line that names the variable,
 * its value (secrets masked) and what is allowed. Variables that are no settings are ignored.
 */
export function loadConfig(env: Environment, options: { files?: string[] } = {}): ConfigOutcome {
  let texts: Environment;
  try {
    texts = mergeEnvironments([...(options.files ?? DEFAULT_FILES).map(readEnvFile), env]);
  } catch (error) {
    return { ok: false, errors: [errorMessage(error)] };
  }
  const config = new Config();
  const errors = Object.values(config).flatMap((group: object) => fillGroup(group, texts));
  // Rules between settings make sense only for settings that are right by themselves.
  if (errors.length === 0) errors.push(...crossErrors(config));
  return errors.length === 0 ? { ok: true, config } : { ok: false, errors };
}

/** `loadConfig` for a main program: prints the errors and ends the process with code 1. */
export function loadConfigOrExit(env: Environment = process.env): Config {
  const outcome = loadConfig(env);
  if (outcome.ok) return outcome.config;
  process.stderr.write(`Starling cannot start with this configuration:\n`);
  for (const error of outcome.errors) process.stderr.write(`  ${error}\n`);
  process.stderr.write('docs/configuration.md lists all settings.\n');
  process.exit(1);
}

/** Sets the properties of one group and returns what is wrong with them. */
function fillGroup(group: object, texts: Environment): string[] {
  const settings = settingsOf(group.constructor as ConfigClass);
  for (const [property, { env, kind, default: fallback }] of settings) {
    const text = texts[env];
    Object.assign(group, { [property]: text === undefined ? fallback : parseValue(kind, text) });
  }
  return validateSync(group).flatMap(({ property }) => {
    const setting = settings.get(property);
    if (!setting) return [];
    const given = maskValue(setting, texts[setting.env] ?? '');
    const fallback = setting.default === undefined ? '' : ` (default ${String(setting.default)})`;
    return [`${setting.env} is ${given}. Allowed: ${setting.allowed}${fallback}.`];
  });
}

function mergeEnvironments(environments: Environment[]): Environment {
  const merged: Record<string, string> = {};
  for (const environment of environments) {
    for (const [name, text] of Object.entries(environment)) {
      if (text !== undefined && text.trim() !== '') merged[name] = text;
    }
  }
  return merged;
}

function readEnvFile(file: string): Environment {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(`${file} cannot be read: ${errorMessage(error)}`, { cause: error });
  }
}
