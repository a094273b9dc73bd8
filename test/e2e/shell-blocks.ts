import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An answer that is an error ends the script, where a reader would see it and stop. */
const failLoudly = 'curl() { command curl --fail-with-body "$@"; }\n';

/** The shell blocks of a page that its author marked with `<!-- runs -->`, in their order. */
export async function shellBlocks(page: string): Promise<string[]> {
  const text = await pageText(page);
  return [...text.matchAll(/<!-- runs -->\n+```sh\n(.*?)```/gs)].map(([, block = '']) => block);
}

/**
 * What a reader has run before a page, because it says so: the examples "go on from" a link. That is the first block of
 * the page linked, after what that page itself goes on from.
 */
export async function earlierBlocks(page: string): Promise<string[]> {
  const [, target] = /go\s+on\s+from\s+\[[^\]]*\]\(([^)#]+)/.exec(await pageText(page)) ?? [];
  if (!target) return [];
  const earlier = join(dirname(page), target);
  const [first = ''] = await shellBlocks(earlier);
  return [...(await earlierBlocks(earlier)), first];
}

function pageText(page: string): Promise<string> {
  return readFile(new URL(`../../${page}`, import.meta.url), 'utf8');
}

/** Runs blocks one after the other in one shell and an empty folder, as a reader would who copies them; returns what they printed. */
export async function runBlocks(blocks: string[], addresses: Record<string, string>): Promise<string> {
  const script = Object.entries(addresses).reduce(
    (text, [written, real]) => text.replaceAll(written, real),
    blocks.join('\n'),
  );
  const options = ['-euo', 'pipefail', '-c', failLoudly + script];
  const cwd = await mkdtemp(join(tmpdir(), 'starling-docs-'));
  try {
    return (await run('bash', options, { cwd, timeout: 60_000 })).stdout;
  } catch (error) {
    const printed = error instanceof Object && 'stdout' in error ? String(error.stdout) : '';
    throw new Error(`The script ended early, after printing:\n${printed}`, { cause: error });
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}
