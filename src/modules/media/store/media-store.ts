import type { Readable } from 'node:stream';

/** Content is found by its hash, per tenant: tenants share no files, not even equal ones. */
export interface MediaKey {
  tenantId: string;
  /** Hexadecimal. */
  sha256: string;
}

/** Where the bytes of files lie. Every method may be repeated; none knows what a file is used for. */
export interface MediaStore {
  /** Copies a file of this machine into the store, whole or not at all. */
  put(key: MediaKey, file: { path: string; sizeBytes: number }): Promise<void>;
  has(key: MediaKey): Promise<boolean>;
  /** Undefined when there is no such file. */
  open(key: MediaKey): Promise<Readable | undefined>;
  remove(key: MediaKey): Promise<void>;
}
