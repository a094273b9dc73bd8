import type { Request, Response } from 'express';
import type { Tx } from '../db/index.js';
import type { Principal, Scope } from '../modules/auth/index.js';

export type DtoClass<Dto extends object = object> = new () => Dto;

/** A file that was streamed to disk within the route's size limit. The handler owns it and must move or delete it. */
export interface UploadedFile {
  originalName: string;
  path: string;
  size: number;
}

/**
 * Keeps the answer to a request with an `Idempotency-Key` in the transaction that does its work: then not even a crash
 * leaves the one without the other. Without a key it does nothing.
 */
export type KeepAnswer = (tx: Tx, reply: Reply) => Promise<void>;

export interface RouteContext<Body extends object, Query extends object> {
  /** Undefined on public routes only. */
  principal: Principal;
  params: Record<string, string>;
  query: Query;
  body: Body;
  /** Present when the route declares an upload and the caller sent one. */
  file: UploadedFile | undefined;
  /** For what must never happen twice. Other answers of idempotent routes are kept after the work. */
  keepAnswer: KeepAnswer;
  /**
   * Aborts (with `CallerGone`) when the connection ends before the whole answer was taken. For what queries or computes
   * for long, so that nothing is done for an answer that nobody reads.
   */
  signal: AbortSignal;
  /** For streamed answers and headers; most handlers never need them. */
  request: Request;
  response: Response;
}

/**
 * How a handler answers. `json` is wrapped in the envelope, and a page (`{items, nextCursor, total?}`) in it becomes an
 * array with its paging beside it; `bare` is JSON without envelope; `raw` sends bytes as they are; `streamed` says the
 * handler has already written the response.
 */
export type Reply =
  | { kind: 'json'; status: number; data: unknown }
  | { kind: 'bare'; status: number; body: object }
  | { kind: 'raw'; contentType: string; bytes: Buffer | string }
  | { kind: 'streamed' };

export const ok = (data: unknown): Reply => ({ kind: 'json', status: 200, data });
export const created = (data: unknown): Reply => ({ kind: 'json', status: 201, data });
export const accepted = (data: unknown): Reply => ({ kind: 'json', status: 202, data });
export const bare = (status: number, body: object): Reply => ({ kind: 'bare', status, body });

/** What the OpenAPI document says about a success. Errors are documented for all routes alike. */
export interface DocumentedResponse {
  status: 200 | 201 | 202;
  description: string;
  /** The class of `data`, or `[Class]` for an array of it; absent for files. */
  data?: DtoClass | [DtoClass];
  /** For answers that are not in the envelope: `data` is then the whole body. */
  bare?: true;
  contentType?: string;
  /** Content types the caller can ask for instead; their bodies are bytes or text. */
  otherTypes?: readonly string[];
}

/**
 * - `short`: reads of a few rows by their keys;
 * - `heavyRead`: filters, searches, counts and reports over what may be all rows of a tenant;
 * - `download`: a file of any length, read page by page;
 * - `heavyWrite`: writes as many rows as a tenant has contacts.
 */
export type RouteCost = 'short' | 'heavyRead' | 'download' | 'heavyWrite';

export interface Route<Body extends object = object, Query extends object = object> {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** Express form, such as `/api/contacts/:id`. A parameter named `id` or ending in `Id` must be a UUID. */
  path: string;
  /** The path of the route this one is another name of. */
  aliasOf?: string;
  tag: string;
  summary: string;
  /** `public` asks for no credentials, `authenticated` for any; otherwise the scope the caller needs. */
  access: 'public' | 'authenticated' | Scope;
  /** With `upload`, the class of the multipart text fields. */
  body?: DtoClass<Body>;
  query?: DtoClass<Query>;
  upload?: { field: string; maxBytes: number };
  /** True where a repeat with the same `Idempotency-Key` must get the first answer. */
  idempotent?: boolean;
  /**
   * What it costs the database, which says what connections it gets, how long a statement may take, and how many of a
   * tenant run at once (see RouteWork). Absent for a few rows; public routes are `short`.
   */
  work?: RouteCost;
  /** A GET that can answer 422; for other methods the documentation says so anyway. */
  notPossible?: true;
  response: DocumentedResponse;
  handler(context: RouteContext<Body, Query>): Promise<Reply>;
}

/** Keeps the inferred DTO types while a list of routes forgets them. */
export function defineRoute<Body extends object = object, Query extends object = object>(
  route: Route<Body, Query>,
): Route {
  return route;
}

/** Present on every route whose path has `:id`. */
export function idOf(params: Record<string, string>): string {
  return params['id'] ?? '';
}

/** The route, and the same under another path. */
export function withAlias(route: Route, path: string): Route[] {
  return [route, { ...route, path, aliasOf: route.path }];
}
