export {
  beat,
  removeSilentWorkers,
  removeWorkers,
  workersOn,
  type WorkerIdentity,
} from './worker.repository.js';
