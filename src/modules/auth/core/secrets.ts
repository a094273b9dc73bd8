import { createHash } from 'node:crypto';

/** Told apart from a JWT, and found by secret scanners, by this beginning. */
const API_KEY_START = 'sk_';
const VISIBLE_CHARACTERS = 10;

/** What is stored of keys and tokens. They are long random strings, so a fast hash is enough. */
export function sha256(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export function apiKeyFrom(randomPart: string): { key: string; prefix: string; hash: string } {
  const key = `${API_KEY_START}${randomPart}`;
  return { key, prefix: key.slice(0, VISIBLE_CHARACTERS), hash: sha256(key) };
}

export function looksLikeApiKey(credential: string): boolean {
  return credential.startsWith(API_KEY_START);
}
