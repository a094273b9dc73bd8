export interface ShareLimits {
  /** How many run at once, of all tenants together. */
  atOnce: number;
  perTenant: number;
  /** How many more of a tenant may wait for their turn, and for how long. */
  waitingPerTenant: number;
  waitMs: number;
}

interface Waiting {
  admit(): void;
}

interface Tenant {
  running: number;
  waiting: Waiting[];
}

/**
 * Lets some pieces of work run at once, and divides the places between tenants: none has more than its share, and a
 * free place goes to the tenant that was served longest ago. Counted per process.
 */
export class FairQueue {
  /** In the order of their turns: who began or ended last is last. Only tenants with something running or waiting. */
  private readonly tenants = new Map<string, Tenant>();
  private running = 0;

  constructor(
    private readonly limits: ShareLimits,
    private readonly refusal: () => Error,
  ) {}

  /**
   * Runs the work when there is a place for it. Throws the refusal when too many of the tenant wait already, or when no
   * place became free in time, and the reason of the signal when it is aborted before its turn.
   */
  async run<Result>(
    tenantId: string,
    signal: AbortSignal | undefined,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const leave = await this.enter(tenantId, signal);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** As `run`, for work that ends elsewhere: it calls what is returned, once. */
  async enter(tenantId: string, signal?: AbortSignal): Promise<() => void> {
    const tenant = this.tenants.get(tenantId) ?? { running: 0, waiting: [] };
    this.tenants.set(tenantId, tenant);
    if (tenant.waiting.length === 0 && this.hasPlaceFor(tenant)) {
      this.start(tenantId, tenant);
      return () => this.leave(tenantId);
    }
    if (tenant.waiting.length >= this.limits.waitingPerTenant) throw this.refusal();
    await this.waitIn(tenant, tenantId, signal);
    return () => this.leave(tenantId);
  }

  private waitIn(tenant: Tenant, tenantId: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
      };
      const waiting: Waiting = {
        admit: () => {
          settle();
          resolve();
        },
      };
      const giveUp = (): void => {
        settle();
        tenant.waiting = tenant.waiting.filter((other) => other !== waiting);
        if (tenant.running === 0 && tenant.waiting.length === 0) this.tenants.delete(tenantId);
        reject(signal?.aborted ? signal.reason : this.refusal());
      };
      const timer = setTimeout(giveUp, this.limits.waitMs);
      signal?.addEventListener('abort', giveUp);
      tenant.waiting.push(waiting);
      if (signal?.aborted) giveUp();
    });
  }

  private leave(tenantId: string): void {
    const tenant = this.tenants.get(tenantId);
    if (!tenant) return;
    this.running -= 1;
    tenant.running -= 1;
    this.moveBehindOthers(tenantId, tenant);
    this.admitNext();
  }

  private admitNext(): void {
    for (const [tenantId, tenant] of this.tenants) {
      if (this.running >= this.limits.atOnce) return;
      if (tenant.waiting.length === 0 || !this.hasPlaceFor(tenant)) continue;
      const next = tenant.waiting.shift();
      this.start(tenantId, tenant);
      next?.admit();
      return;
    }
  }

  private start(tenantId: string, tenant: Tenant): void {
    this.running += 1;
    tenant.running += 1;
    this.moveBehindOthers(tenantId, tenant);
  }

  private moveBehindOthers(tenantId: string, tenant: Tenant): void {
    this.tenants.delete(tenantId);
    if (tenant.running > 0 || tenant.waiting.length > 0) this.tenants.set(tenantId, tenant);
  }

  private hasPlaceFor(tenant: Tenant): boolean {
    return this.running < this.limits.atOnce && tenant.running < this.limits.perTenant;
  }
}
