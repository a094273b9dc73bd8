export {
  beat,
  isAnyWorkerAlive,
  removeSilentWorkers,
  removeWorkers,
  workersOn,
  type WorkerIdentity,
} from './worker.repository.js';
export { JobStarts, type JobStartsDeps } from './job-starts.js';
export type { ProgressReader, ProgressReaders } from './start-records.js';
