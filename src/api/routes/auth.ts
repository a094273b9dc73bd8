import {
  LoggedOutDto,
  LoginDto,
  MeDto,
  presentLogin,
  presentPrincipal,
  RefreshTokenDto,
  TokensDto,
  type AuthService,
} from '../../modules/auth/index.js';
import { defineRoute, ok, type Route } from '../route.js';

export function authRoutes({ auth }: { auth: AuthService }): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/auth/login',
      tag: 'auth',
      summary: 'Log in with e-mail address and password',
      access: 'public',
      body: LoginDto,
      response: { status: 200, description: 'Logged in', data: TokensDto },
      async handler({ body, request }) {
        const address = request.ip ?? 'unknown';
        return ok(presentLogin(await auth.login({ email: body.email, password: body.password, address })));
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/auth/refresh',
      tag: 'auth',
      summary: 'Renew the access token; the refresh token works once and is replaced',
      access: 'public',
      body: RefreshTokenDto,
      response: { status: 200, description: 'Renewed', data: TokensDto },
      async handler({ body }) {
        return ok(presentLogin(await auth.refresh(body.refreshToken)));
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/auth/logout',
      tag: 'auth',
      summary: 'End the login a refresh token belongs to',
      access: 'public',
      body: RefreshTokenDto,
      response: { status: 200, description: 'Logged out', data: LoggedOutDto },
      async handler({ body }) {
        await auth.logout(body.refreshToken);
        return ok({ loggedOut: true });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/me',
      tag: 'auth',
      summary: 'Who the credentials stand for, and what they may do',
      access: 'authenticated',
      work: 'short',
      response: { status: 200, description: 'The caller', data: MeDto },
      async handler({ principal }) {
        return ok(presentPrincipal(principal));
      },
    }),
  ];
}
