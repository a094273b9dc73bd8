import { cruise } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

/** Checks who imports whom. A checker that saw nothing must not pass, therefore the count. */
const FEWEST_MODULES = 50;

const config = await extractConfig('./.dependency-cruiser.cjs');
const options = { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true };
const { output } = await cruise(['src', 'migrations', 'bench', 'chaos'], options, undefined, {
  tsConfig: extractTsConfig('./tsconfig.json'),
});

for (const violation of output.summary.violations) {
  const comment = config.forbidden.find((rule) => rule.name === violation.rule.name)?.comment ?? '';
  const way = violation.cycle ? violation.cycle.map((step) => step.name).join(' -> ') : violation.to;
  console.error(`${violation.from} -> ${way}\n    ${violation.rule.name}: ${comment}`);
}
const cruised = output.modules.filter((module) => module.source.startsWith('src/')).length;
if (cruised < FEWEST_MODULES)
  console.error(`only ${cruised} modules were looked at: the check itself is broken`);
if (output.summary.violations.length > 0 || cruised < FEWEST_MODULES) process.exitCode = 1;
else console.log(`${cruised} modules, no violation`);
