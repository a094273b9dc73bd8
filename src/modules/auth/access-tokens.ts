import { errors, jwtVerify, SignJWT } from 'jose';
import { isId } from '../../lib/ids.js';

const ISSUER = 'starling';
const ALGORITHM = 'HS256';

/** What an access token says. Tenant and role are read from the user's row, so a change of them takes effect at once. */
export interface AccessClaims {
  userId: string;
  /** The refresh token family, which is the login: when it ends, its access tokens end too. */
  familyId: string;
}

/** Short-lived JWTs signed with HS256. */
export class AccessTokens {
  private readonly key: Uint8Array;

  constructor(
    secret: string,
    private readonly lifetimeSeconds: number,
  ) {
    this.key = new TextEncoder().encode(secret);
  }

  sign(claims: AccessClaims, now: Date): Promise<string> {
    const issuedAt = Math.floor(now.getTime() / 1_000);
    return new SignJWT({ fam: claims.familyId })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setSubject(claims.userId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + this.lifetimeSeconds)
      .sign(this.key);
  }

  async verify(
    token: string,
    now: Date,
  ): Promise<{ kind: 'valid'; claims: AccessClaims } | { kind: 'expired' } | { kind: 'invalid' }> {
    try {
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        requiredClaims: ['sub', 'exp'],
        currentDate: now,
      });
      const familyId = payload['fam'];
      if (!isId(payload.sub) || !isId(familyId)) return { kind: 'invalid' };
      return { kind: 'valid', claims: { userId: payload.sub, familyId } };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { kind: 'expired' };
      if (error instanceof errors.JOSEError) return { kind: 'invalid' };
      throw error;
    }
  }
}
