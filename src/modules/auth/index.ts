export { addressBlock } from './core/addresses.js';
export { ApiKeyService, type NewApiKey } from './api-key.service.js';
export {
  ApiKeyDto,
  CreateApiKeyDto,
  CreatedApiKeyDto,
  LoggedOutDto,
  LoginDto,
  MeDto,
  RefreshTokenDto,
  TokensDto,
} from './auth.dto.js';
export { presentApiKey, presentCreatedApiKey, presentLogin, presentPrincipal } from './auth.presenter.js';
export { AuthService, type Login, type LoginRequest } from './auth.service.js';
export { Authenticator, type AuthMode, type Credentials } from './authenticator.js';
export { bootstrapAdmin, type BootstrapOutcome } from './bootstrap.js';
export { IdempotencyService, type IdempotencyClaim, type IdempotencyOutcome } from './idempotency.service.js';
export { LoginLimiter, type LoginLimits } from './login-limiter.js';
export type { Principal, Scope } from './principal.js';
export { AnsweredRequestRecords } from './person-records.repository.js';
