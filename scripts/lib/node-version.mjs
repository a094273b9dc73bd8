// Old syntax on purpose: this file has to be understood by the very Node versions it turns away.

const NEEDED = [20, 19];

export function requireNode() {
  const parts = process.versions.node.split('.').map(Number);
  if (parts[0] > NEEDED[0] || (parts[0] === NEEDED[0] && parts[1] >= NEEDED[1])) return;
  console.error(
    'Starling needs Node ' +
      NEEDED.join('.') +
      ' or newer, this is ' +
      process.version +
      ': https://nodejs.org',
  );
  process.exit(1);
}
