import { cruise } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

/** Checks who imports whom. A checker that saw nothing must not pass: so many files it has to see at least. */
const FEWEST_FILES = {
  'src/': 200,
  'src/modules/': 100,
  'migrations/': 1,
  'bench/': 10,
  'chaos/': 10,
  'test/': 100,
};
const ROOTS = ['src', 'migrations', 'bench', 'chaos', 'test'];

const config = await extractConfig('./.dependency-cruiser.cjs');
const options = { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true };
const { output } = await cruise(ROOTS, options, undefined, { tsConfig: extractTsConfig('./tsconfig.json') });
const { modules: files, summary } = output;

for (const violation of summary.violations) {
  const comment = config.forbidden.find((rule) => rule.name === violation.rule.name)?.comment ?? '';
  const way = violation.cycle ? violation.cycle.map((step) => step.name).join(' -> ') : violation.to;
  console.error(`${violation.from} -> ${way}\n    ${violation.rule.name}: ${comment}`);
}
const unseen = Object.entries(FEWEST_FILES).filter(([folder, fewest]) => seenIn(folder) < fewest);
for (const [folder, fewest] of unseen) {
  console.error(
    `${folder}: ${seenIn(folder)} files were looked at, expected ${fewest}: the check itself is broken`,
  );
}
if (summary.violations.length > 0 || unseen.length > 0) process.exitCode = 1;
else console.log(`${seenIn('')} files, no violation`);

function seenIn(folder) {
  return files.filter(({ source }) => source.startsWith(folder) && !source.includes('node_modules/')).length;
}
