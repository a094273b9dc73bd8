import { DomainError } from '../../lib/errors.js';
import { OwnerCaps, type NoShare } from '../../lib/owner-caps.js';

/** Smaller bodies and answers take no room: so many fit into memory as there may be connections. */
export const FREE_BYTES = 64 * 1024;
/** Of larger bodies that are read and worked on at the same time; what is made of them takes some times as much. */
const BODY_BYTES = 64 * 1024 * 1024;
const BODY_BYTES_PER_TENANT = 24 * 1024 * 1024;
/** Of larger answers that their callers have not taken yet. The largest page fits. */
const ANSWER_BYTES = 192 * 1024 * 1024;
const ANSWER_BYTES_PER_TENANT = 64 * 1024 * 1024;
const UPLOADS = 64;
const UPLOADS_PER_TENANT = 8;
const RETRY_SECONDS = 2;

/** What one request has taken of the room. Everything is given back when it is over. */
export interface Room {
  /** Refuses with `too_many` or `unavailable` when there is none. */
  takeBody(bytes: number): void;
  takeUpload(): void;
  /** Returns what gives it back: an answer is there for longer than its request is worked on. */
  takeAnswer(bytes: number): () => void;
  giveBack(): void;
}

/** The room for bodies, uploads and answers that are under way at the same time, with a share for each tenant. */
export class Rooms {
  private readonly bodies: OwnerCaps;
  private readonly answers = new OwnerCaps({ total: ANSWER_BYTES, perOwner: ANSWER_BYTES_PER_TENANT });
  private readonly uploads = new OwnerCaps({ total: UPLOADS, perOwner: UPLOADS_PER_TENANT });

  /** `largestBytes`: of one body, which must fit. */
  constructor(largestBytes: number) {
    const perOwner = Math.max(BODY_BYTES_PER_TENANT, largestBytes);
    this.bodies = new OwnerCaps({ total: Math.max(BODY_BYTES, 2 * perOwner), perOwner });
  }

  of(tenantId: string): Room {
    const taken: (() => void)[] = [];
    const take = (shares: OwnerCaps, amount: number, what: string) => {
      const outcome = shares.take(tenantId, amount);
      if (typeof outcome === 'string') throw noRoom(outcome, what);
      return outcome;
    };
    return {
      takeBody: (bytes) => void taken.push(take(this.bodies, bytes, 'large bodies')),
      takeUpload: () => void taken.push(take(this.uploads, 1, 'uploads')),
      takeAnswer: (bytes) => take(this.answers, bytes, 'large answers'),
      giveBack: () => taken.splice(0).forEach((giveBack) => giveBack()),
    };
  }
}

function noRoom(why: NoShare, what: string): DomainError {
  const retry = { retryAfterSeconds: RETRY_SECONDS };
  return why === 'own_share_taken'
    ? new DomainError(
        'too_many',
        'too_many_at_once',
        `Too many ${what} at once. Ask one after the other.`,
        retry,
      )
    : new DomainError('unavailable', 'busy', `Too many ${what} are under way. Try again soon.`, retry);
}
