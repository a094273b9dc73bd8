import type { JobDefinition } from '../../src/queue/job.js';
import type { EnqueueOptions, JobQueue } from '../../src/queue/job-queue.js';

export interface RecordedJob {
  name: string;
  payload: object;
  options: EnqueueOptions;
}

/** Writes down what campaigns ask of the queue; the queue itself has its own tests. */
export class RecordingQueue implements JobQueue {
  jobs: RecordedJob[] = [];
  woken: string[] = [];
  /** Set to let the next hand-over fail, as with a lost connection. */
  failure: Error | undefined;

  async enqueue(job: JobDefinition, payload: object, options: EnqueueOptions = {}) {
    await this.enqueueMany(job, [{ payload, options }]);
  }

  async enqueueMany({ name }: JobDefinition, jobs: { payload: object; options?: EnqueueOptions }[]) {
    if (this.failure) throw this.failure;
    this.jobs.push(...jobs.map(({ payload, options = {} }) => ({ name, payload, options })));
  }

  async wake({ name }: JobDefinition, _payload: object, id: string) {
    this.woken.push(`${name} ${id}`);
  }

  get deliveryIds(): string[] {
    return this.jobs.flatMap(({ payload }) => ('deliveryId' in payload ? [String(payload.deliveryId)] : []));
  }
}
