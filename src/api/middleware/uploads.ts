import { mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Request, Response } from 'express';
import multer, { diskStorage, MulterError } from 'multer';
import { DomainError, invalid } from '../../lib/errors.js';
import type { UploadedFile } from '../route.js';
import { run } from './run.js';

/** For the text fields beside the file. */
const FORM_LIMITS = {
  files: 1,
  fields: 50,
  parts: 51,
  fieldSize: 64 * 1024,
  fieldNameSize: 100,
  fieldNestingDepth: 1,
  headerPairs: 20,
  fieldArrayIndexLimit: 100,
};

/** Of a form without its file: its fields, and some room for their headers. */
const FORM_BYTES = FORM_LIMITS.fields * FORM_LIMITS.fieldSize + 1024 * 1024;

/** Bytes that arrive of an upload in each period: what is slower would keep its place from others for half an hour. */
export interface UploadPace {
  bytes: number;
  everyMs: number;
}

/** A line of 70 kbit/s; a small file has arrived before anybody looks. */
const LEAST_PACE: UploadPace = { bytes: 256 * 1024, everyMs: 30_000 };

export interface ReceivedForm {
  file: UploadedFile | undefined;
  fields: Record<string, unknown>;
}

/** Streams multipart forms to disk within a route's limits. A refused or interrupted upload leaves no file behind. */
export class Uploads {
  private readonly storage: multer.StorageEngine;

  constructor(
    directory: string,
    private readonly pace = LEAST_PACE,
  ) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.storage = cleaningUp(diskStorage({ destination: directory }));
  }

  async receive(
    request: Request,
    response: Response,
    upload: { field: string; maxBytes: number },
  ): Promise<ReceivedForm> {
    if (!request.is('multipart/form-data')) {
      throw new DomainError(
        'unsupported_type',
        'not_multipart',
        `Send the file as multipart/form-data, in the field "${upload.field}".`,
      );
    }
    watchSize(request, response, upload);
    const parser = multer({
      storage: this.storage,
      limits: { ...FORM_LIMITS, fileSize: upload.maxBytes },
      // Browsers and curl send file names in UTF-8.
      defParamCharset: 'utf8',
    }).single(upload.field);
    const { tooSlow, stop } = watchPace(request, response, this.pace);
    try {
      await Promise.race([run(parser, request, response), tooSlow]);
    } catch (error) {
      throw uploadError(error, upload);
    } finally {
      stop();
    }
    const { file } = request;
    const body: unknown = request.body;
    const fields: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
    if (!file && upload.field in fields) throw sentAsText(upload.field);
    return { file: file && { originalName: file.originalname, path: file.path, size: file.size }, fields };
  }

  /** For a file whose handler failed; it may have moved or deleted it already. */
  async discard(file: UploadedFile): Promise<void> {
    await rm(file.path, { force: true });
  }
}

/** What lies between and before the parts of a form has no limit of its own. */
function watchSize(request: Request, response: Response, upload: { field: string; maxBytes: number }): void {
  const mostBytes = upload.maxBytes + FORM_BYTES;
  if (Number(request.get('content-length') ?? 0) > mostBytes) throw fileTooLarge(upload);
  let arrived = 0;
  request.on('data', (chunk: Buffer) => {
    arrived += chunk.length;
    if (arrived > mostBytes) response.destroy();
  });
}

/** Rejects once too little has arrived in a period. The time in which the disk takes nothing is not the caller's. */
function watchPace(
  request: Request,
  response: Response,
  { bytes, everyMs }: UploadPace,
): { tooSlow: Promise<never>; stop: () => void } {
  let arrived = 0;
  request.on('data', (chunk: Buffer) => {
    arrived += chunk.length;
  });
  let stop = (): void => undefined;
  const tooSlow = new Promise<never>((_resolve, reject) => {
    const timer = setInterval(() => {
      const diskIsSlow = request.readableLength > 0;
      if (arrived < bytes && !diskIsSlow) {
        // Or the rest would go on trickling in after the answer. Node tells a request nothing once it is answered, and
        // the parser would keep its file.
        response.set('Connection', 'close');
        request.socket.once('close', () => request.destroy());
        reject(tooSlowError(bytes, everyMs));
      }
      arrived = 0;
    }, everyMs);
    stop = () => clearInterval(timer);
  });
  return { tooSlow, stop };
}

function tooSlowError(bytes: number, everyMs: number): DomainError {
  const message =
    `The file arrives too slowly: less than ${bytes / 1024} kB in ${everyMs / 1_000} s. ` +
    'Send it over a faster line, or in smaller files.';
  return new DomainError('too_slow', 'upload_too_slow', message);
}

/** Multer leaves behind what it had written of a file when the disk was full. */
function cleaningUp(storage: multer.StorageEngine): multer.StorageEngine {
  // The names are those of multer's interface.
  /* oxlint-disable no-underscore-dangle */
  return {
    _handleFile(request, file, done) {
      storage._handleFile(request, file, (error?: unknown, info?: Partial<Express.Multer.File>) => {
        if (error && file.path) remove(file.path);
        done(error, info);
      });
    },
    _removeFile: (request, file, done) => storage._removeFile(request, file, done),
  };
  /* oxlint-enable no-underscore-dangle */
}

/** What cannot be removed either must not hide why the upload failed; the sweep at a later start tries again. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}

/** Most often a forgotten @ in curl's -F. */
function sentAsText(field: string): DomainError {
  const message = `send it as a file, with a file name; with curl: -F "${field}=@contacts.csv"`;
  return invalid([{ path: field, message }], 'file_as_text');
}

function uploadError(error: unknown, upload: { field: string; maxBytes: number }): unknown {
  if (error instanceof MulterError) return limitError(error, upload) ?? error;
  // The disk's errors have a code; the others come from the parser, or from a caller who closed the connection.
  if (error instanceof Error && !('code' in error)) {
    return new DomainError('invalid', 'broken_form', `The multipart body is broken: ${error.message}.`);
  }
  return error;
}

function fileTooLarge({ field, maxBytes }: { field: string; maxBytes: number }): DomainError {
  return tooLarge(field, `the file may have at most ${maxBytes} bytes`);
}

function tooLarge(path: string, message: string): DomainError {
  return new DomainError('too_large', 'form_too_large', `${path}: ${message}`, {
    errors: [{ path, message }],
  });
}

function limitError(
  error: MulterError,
  upload: { field: string; maxBytes: number },
): DomainError | undefined {
  switch (error.code) {
    case 'LIMIT_FILE_SIZE':
      return fileTooLarge(upload);
    case 'LIMIT_FIELD_VALUE':
      return tooLarge(error.field ?? 'form', `may have at most ${FORM_LIMITS.fieldSize} bytes`);
    case 'LIMIT_FIELD_COUNT':
    case 'LIMIT_PART_COUNT':
      return tooLarge('form', `may have at most ${FORM_LIMITS.fields} fields beside the file`);
    case 'LIMIT_FIELD_KEY':
      return tooLarge('form', `field names may have at most ${FORM_LIMITS.fieldNameSize} bytes`);
    case 'LIMIT_UNEXPECTED_FILE':
    case 'LIMIT_FILE_COUNT': {
      const message = `send one file, in the field "${upload.field}"`;
      const path = error.field ?? upload.field;
      return new DomainError('invalid', 'unexpected_file', `${path}: ${message}`, {
        errors: [{ path, message }],
      });
    }
    case 'MISSING_FIELD_NAME':
    default:
      return undefined;
  }
}
