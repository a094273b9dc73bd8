/** Why there is nothing left: all have too much already, or this one has. */
export type NoShare = 'all_taken' | 'own_share_taken';

/**
 * Something there is a limited amount of, of which each owner may take so much: the others find some left. Whoever asks for
 * more is refused at once; `FairQueue` is for those who may wait. Counted per process.
 */
export class OwnerCaps {
  private taken = 0;
  private readonly byOwner = new Map<string, number>();

  constructor(private readonly limits: { total: number; perOwner: number }) {}

  /** Takes `amount`, which the returned function gives back, once; or says why not, and takes nothing. */
  take(owner: string, amount: number): (() => void) | NoShare {
    const own = this.byOwner.get(owner) ?? 0;
    if (own + amount > this.limits.perOwner) return 'own_share_taken';
    if (this.taken + amount > this.limits.total) return 'all_taken';
    this.add(owner, amount);
    let given = false;
    return () => {
      if (!given) this.add(owner, -amount);
      given = true;
    };
  }

  private add(owner: string, amount: number): void {
    this.taken += amount;
    const own = (this.byOwner.get(owner) ?? 0) + amount;
    if (own === 0) this.byOwner.delete(owner);
    else this.byOwner.set(owner, own);
  }
}
