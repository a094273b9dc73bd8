import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

interface Key {
  id: string;
  bytes: Buffer;
}

/**
 * Encrypts texts at rest with AES-256-GCM under a key derived from an application secret (HKDF-SHA256). The key's id
 * stands in the text, so that texts written under an earlier secret stay readable while that secret is still given.
 */
export class TextEncryption {
  private readonly current: Key;
  private readonly keys: Map<string, Key>;

  constructor(secret: string, previousSecrets: readonly string[] = []) {
    this.current = deriveKey(secret);
    this.keys = new Map([...previousSecrets.map(deriveKey), this.current].map((key) => [key.id, key]));
  }

  /** `context` names what the text belongs to; decryption succeeds only with the same one. */
  encrypt(text: string, context: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.current.bytes, nonce);
    cipher.setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    const parts = Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
    return [VERSION, this.current.id, parts.toString('base64url')].join(':');
  }

  /** Throws when the text was changed, belongs to another context, or its secret is not among those given. */
  decrypt(text: string, context: string): string {
    const [version, keyId, body] = text.split(':');
    if (version !== VERSION || keyId === undefined || body === undefined) {
      throw new Error('This text was not written by this encryption.');
    }
    const key = this.keys.get(keyId);
    if (!key) throw new Error(`This text was encrypted under another secret (key ${keyId}).`);
    const bytes = Buffer.from(body, 'base64url');
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const opened = Buffer.concat([
      decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)),
      decipher.final(),
    ]);
    return opened.toString('utf8');
  }
}

function deriveKey(secret: string): Key {
  const bytes = Buffer.from(hkdfSync('sha256', secret, 'starling', 'text encryption', 32));
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
}
