import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every page a reader may come across. */
async function pages(): Promise<string[]> {
  const ofRoot = (await readdir(root)).filter((name) => name.endsWith('.md'));
  const ofDocs = (await readdir(join(root, 'docs'), { recursive: true })).filter((name) =>
    name.endsWith('.md'),
  );
  return [...ofRoot, ...ofDocs.map((name) => join('docs', name)), 'sessions/README.md'];
}

function read(page: string): Promise<string> {
  return readFile(join(root, page), 'utf8');
}

/** Text without code, whose brackets are no links. */
function prose(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '');
}

function linksIn(text: string): string[] {
  const targets = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** The names GitHub gives to headings. */
function anchorsIn(text: string): string[] {
  const headings = [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#{1,6} (.+)$/gm)];
  return headings.map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

async function deadLink(page: string, link: string): Promise<string | undefined> {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(root, join(root, dirname(page), path));
  if (target.startsWith('..')) return `${page}: ${link} leads out of the repository`;
  if (!existsSync(join(root, target))) return `${page}: ${link} leads nowhere`;
  if (anchor === undefined || anchorsIn(await read(target)).includes(anchor)) return undefined;
  return `${page}: ${link} names no heading of ${target}`;
}

/** The pages that a page links to; a link to a folder shows all that is in it. */
async function targetsOf(page: string): Promise<string[]> {
  const paths = linksIn(await read(page)).map((link) => link.split('#')[0] ?? '');
  const targets = new Set(paths.filter((path) => path !== '').map((path) => join(dirname(page), path)));
  const all = await pages();
  return all.filter((known) => targets.has(known) || targets.has(dirname(known)));
}

describe('the documentation', () => {
  it('has no dead links', async () => {
    const deadLinks: string[] = [];
    for (const page of await pages()) {
      for (const link of linksIn(await read(page))) {
        const found = await deadLink(page, link);
        if (found) deadLinks.push(found);
      }
    }
    expect(deadLinks).toEqual([]);
  });

  it('is reached from the README, every page of it', async () => {
    const reached = new Set(['README.md']);
    for (const page of reached) for (const target of await targetsOf(page)) reached.add(target);
    const all = (await pages()).filter((page) => page.startsWith('docs/'));
    expect(all.filter((page) => !reached.has(page))).toEqual([]);
  });

  it('is listed in its table, every page that is not part of another', async () => {
    const readme = linksIn(await read('README.md'));
    const unlinked = (await readdir(join(root, 'docs'))).filter(
      (name) => name.endsWith('.md') && !readme.includes(`docs/${name}`),
    );
    expect(unlinked).toEqual([]);
  });
});
