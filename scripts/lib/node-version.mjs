// Old syntax on purpose: this file has to be understood by the very Node versions it turns away.

/** The lines of Node that Starling runs on, each from this minor version on; package.json says the same in `engines`. */
export const SUPPORTED = [
  [20, 19],
  [22, 13],
  [24, 11],
];

/** Ends the process on a Node that is too old or of an odd line; a newer one than was tried is only mentioned. */
export function requireNode() {
  const parts = process.versions.node.split('.').map(Number);
  const lines = SUPPORTED.map((line) => line[0]);
  if (SUPPORTED.some((line) => parts[0] === line[0] && parts[1] >= line[1])) return;
  if (parts[0] > Math.max.apply(null, lines)) {
    console.error(
      'Starling is tried on Node ' + sentence(lines) + '; ' + process.version + ' may work just as well.',
    );
    return;
  }
  const wanted = SUPPORTED.map((line) => line[0] + ' (from ' + line.join('.') + ')');
  console.error(
    'Starling runs on Node ' + sentence(wanted) + ', this is ' + process.version + ': https://nodejs.org',
  );
  process.exit(1);
}

function sentence(words) {
  return words.slice(0, -1).join(', ') + ' and ' + words[words.length - 1];
}
