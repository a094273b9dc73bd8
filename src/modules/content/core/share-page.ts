import type { MessageType } from '../../../transports/transport.js';

/**
 * Why a page that a URL led to is not sent, with the fix. Share links of Drive, Dropbox and others show a page about the
 * file; sent as it is, every recipient would get that page under the name of the file.
 */
export function sharePageError(type: MessageType, url: string): string {
  const direct = directLink(url);
  const fixes = [
    direct === undefined
      ? 'give the link of the file itself'
      : `give the link of the file itself, which may be ${direct}`,
    'upload the file with POST /api/media',
    ...(type === 'document' ? ['say "webPage": true to send the page'] : []),
  ];
  return `the address shows a web page instead of a file, as share links do: ${fixes.slice(0, -1).join(', ')} or ${fixes.at(-1)}`;
}

/** The address of the file behind a share link, where the service has a form for it. */
function directLink(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const link = new URL(url);
  if (/(^|\.)dropbox\.com$/.test(link.hostname)) {
    link.searchParams.set('dl', '1');
    return link.href;
  }
  const id = /^\/(?:file|document|spreadsheets|presentation)\/(?:u\/\d+\/)?d\/([\w-]{10,100})/.exec(
    link.pathname,
  )?.[1];
  const drive = id ?? link.searchParams.get('id');
  if (link.hostname === 'drive.google.com' && drive && /^[\w-]{10,100}$/.test(drive)) {
    return `https://drive.google.com/uc?export=download&id=${drive}`;
  }
  const kind = link.pathname.split('/')[1];
  return link.hostname === 'docs.google.com' && id
    ? `https://docs.google.com/${kind}/d/${id}/export?format=pdf`
    : undefined;
}
