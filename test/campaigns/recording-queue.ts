import type { EnqueueOptions, JobName, JobPayloads, JobQueue } from '../../src/queue/catalog.js';

export interface RecordedJob {
  name: JobName;
  payload: JobPayloads[JobName];
  options: EnqueueOptions;
}

/** Writes down what campaigns ask of the queue; the queue itself has its own tests. */
export class RecordingQueue implements JobQueue {
  jobs: RecordedJob[] = [];
  woken: string[] = [];
  /** Set to let the next hand-over fail, as with a lost connection. */
  failure: Error | undefined;

  async enqueue<Name extends JobName>(name: Name, payload: JobPayloads[Name], options: EnqueueOptions = {}) {
    await this.enqueueMany(name, [{ payload, options }]);
  }

  async enqueueMany<Name extends JobName>(
    name: Name,
    jobs: { payload: JobPayloads[Name]; options?: EnqueueOptions }[],
  ) {
    if (this.failure) throw this.failure;
    this.jobs.push(...jobs.map(({ payload, options = {} }) => ({ name, payload, options })));
  }

  async wake(name: JobName, _payload: JobPayloads[JobName], id: string) {
    this.woken.push(`${name} ${id}`);
  }

  get recipientIds(): string[] {
    return this.jobs.flatMap(({ payload }) => ('recipientId' in payload ? [payload.recipientId] : []));
  }
}
