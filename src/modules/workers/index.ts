export {
  beat,
  isAnyWorkerAlive,
  removeSilentWorkers,
  removeWorkers,
  workersOn,
  type WorkerIdentity,
} from './worker.repository.js';
