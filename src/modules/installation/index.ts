export {
  InstallationService,
  type HeldByRestore,
  type InstallationDeps,
  type Replay,
} from './installation.service.js';
export type { InstallationState } from './installation.entity.js';
export { readInstallation } from './installation.repository.js';
