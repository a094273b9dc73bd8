import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** The server refused a request. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** The demo talks to the server as any client would: over HTTP, with a token, through the documented routes. */
export class ApiClient {
  private constructor(
    readonly baseUrl: string,
    private readonly token: string,
  ) {}

  /** For routes that need no login. */
  static anonymous(baseUrl: string): ApiClient {
    return new ApiClient(baseUrl, '');
  }

  static async login(baseUrl: string, email: string, password: string): Promise<ApiClient> {
    const { accessToken } = await ApiClient.anonymous(baseUrl).post<{ accessToken: string }>(
      '/api/auth/login',
      {
        email,
        password,
      },
    );
    return new ApiClient(baseUrl, accessToken);
  }

  get<Data>(path: string): Promise<Data> {
    return this.call<Data>('GET', path);
  }

  post<Data>(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Data> {
    return this.call<Data>('POST', path, JSON.stringify(body), {
      'content-type': 'application/json',
      ...headers,
    });
  }

  async upload<Data>(path: string, file: string, fields: Record<string, string>): Promise<Data> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob([await readFile(file)]), basename(file));
    return this.call<Data>('POST', path, form);
  }

  async text(path: string): Promise<string> {
    const response = await fetch(this.baseUrl + path, { headers: this.headers() });
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
    return response.text();
  }

  /** Of an answer that may be a refusal, read to its end. */
  async status(path: string, init: RequestInit): Promise<number> {
    const response = await fetch(this.baseUrl + path, {
      ...init,
      headers: { ...this.headers(), ...(init.headers as Record<string, string> | undefined) },
    });
    for await (const _ of response.body ?? []) continue;
    return response.status;
  }

  private async call<Data>(
    method: string,
    path: string,
    body?: string | FormData,
    headers: Record<string, string> = {},
  ): Promise<Data> {
    const response = await fetch(this.baseUrl + path, {
      method,
      body,
      headers: { ...this.headers(), ...headers },
    });
    const envelope = (await response.json()) as { success: boolean; data: Data; message?: string };
    if (!envelope.success)
      throw new Refused(
        `${method} ${path} answered ${response.status}: ${envelope.message}`,
        response.status,
      );
    return envelope.data;
  }

  private headers(): Record<string, string> {
    return this.token ? { authorization: `Bearer ${this.token}` } : {};
  }
}
