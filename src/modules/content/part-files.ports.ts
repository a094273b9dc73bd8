import type { Tx } from '../../db/index.js';
import type { ByteBudget } from '../../lib/byte-budget.js';

/** A file a part can carry. */
export interface CampaignFile {
  id: string;
  mimeType: string;
  sizeBytes: number;
}

export interface FetchOptions {
  /** Kept as a document, which may be larger. */
  asDocument: boolean;
  budget: ByteBudget;
  /** Aborts when nobody waits for the file any more. */
  signal?: AbortSignal;
}

/** What the parts of messages need of the media module. */
export interface CampaignMedia {
  find(tenantId: string, id: string): Promise<CampaignFile | undefined>;
  /** Of all files that one request has fetched, in bytes. */
  readonly requestBytes: number;
  /** Fetches a URL and stores what it has; a DomainError says why it cannot. Ends with the reason of an aborted signal. */
  fetch(tenantId: string, url: string, options: FetchOptions): Promise<CampaignFile>;
  /** Until the transaction ends none of these files is deleted; used now, or until then. Returns those that exist. */
  lockFiles(tx: Tx, tenantId: string, ids: readonly string[], until?: Date): Promise<Set<string>>;
}
