import type { Request, RequestHandler, Response } from 'express';

/** Runs one Express middleware inside an async function. */
export function run(middleware: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    const outcome = middleware(request, response, (error?: unknown) => {
      if (error === undefined || error === null) resolve();
      else
        reject(error instanceof Error ? error : new Error(`A middleware failed: ${JSON.stringify(error)}`));
    });
    if (outcome instanceof Promise) outcome.catch(reject);
  });
}
