import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { randomToken } from '../../lib/random.js';

// OWASP's first choice for argon2id: 19 MiB, two passes, one lane (Password Storage Cheat Sheet).
// argon2id is the library's default algorithm; its enum cannot be imported under isolatedModules.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Node has four threads for hashes, files, compression and host names alike: guesses may occupy two of them. */
const AT_ONCE = 2;

const turns = pLimit(AT_ONCE);
let decoy: Promise<string> | undefined;

export function hashPassword(password: string): Promise<string> {
  return turns(() => hash(password, COST));
}

/** Takes as long for an unknown e-mail address as for a known one, so that the time reveals nothing. */
export async function verifyPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  decoy ??= hash(randomToken(), COST);
  const compared = passwordHash ?? (await decoy);
  const matches = await turns(() => verify(compared, password));
  return matches && passwordHash !== undefined;
}
