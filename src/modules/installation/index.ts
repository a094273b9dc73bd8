export {
  InstallationService,
  type HeldByRestore,
  type InstallationDeps,
  type Replay,
} from './installation.service.js';
export { readInstallation } from './installation.repository.js';
