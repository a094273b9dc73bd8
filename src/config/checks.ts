import { isIP } from 'node:net';

export function isUrlOf(protocols: readonly string[]): (text: string) => boolean {
  return (text) => {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    return protocols.includes(url.protocol.replace(/:$/, '')) && url.hostname !== '';
  };
}

/** `https://app.example.com`: scheme, host and port, nothing behind. `*` means every origin. */
export function isOrigin(text: string): boolean {
  return text === '*' || (isUrlOf(['http', 'https'])(text) && new URL(text).origin === text);
}

export function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  // Digits and dots alone are a mistyped address, not a name.
  return /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(text) && !/^[\d.]+$/.test(text);
}

/** Whether only programs on this machine can reach a server that listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
