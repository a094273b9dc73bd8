import type { Scenario, Summary } from '../figure.js';
import { cells, formatRatio } from './format.js';
import { machineInWords } from './machine.js';
import type { Results, ScenarioResult } from './results.js';

const INTRODUCTION = `# Performance

Written by \`npm run bench\` from what it measured (the numbers are in [performance.json](performance.json)); only the
[last section](#missed-targets) is written by hand, in \`bench/report/notes.md\`. \`npm run docs:performance\` writes
the page anew without measuring.

Numbers of one machine say little about another, so each figure is a **ratio**: a value against a yardstick that was
measured in the same run, on the same machine, minutes apart at most. Every figure is the median of its runs; the
spread is the lowest and the highest ratio of them. PostgreSQL runs with the settings of the product, \`fsync\`
included, on the same machine, and so do Redis, the network simulator and the process that measures.

\`npm run bench -- --list\` names the scenarios, \`--only reservation\` measures one of them and replaces only its
figures here, and \`--scale 0.1 --runs 1\` is a quick look that changes nothing in this document.`;

/** The whole of docs/performance.md; `notes` is the part that is written by hand. */
export function performanceDocument(
  results: Results,
  scenarios: readonly Pick<Scenario, 'id' | 'title' | 'about'>[],
  notes: string,
): string {
  const measured = scenarios.flatMap((scenario) => {
    const result = results[scenario.id];
    return result ? [{ scenario, result }] : [];
  });
  return [
    INTRODUCTION,
    '## The figures',
    overview(measured.flatMap(({ result }) => result.summaries)),
    '## The machine',
    machines(measured),
    ...measured.flatMap(({ scenario, result }) => [`## ${scenario.title}`, ...section(scenario, result)]),
    notes.trim(),
  ].join('\n\n');
}

function overview(summaries: readonly Summary[]): string {
  const rows = summaries.map((summary) => {
    const { figure, value, ratio, target, met } = cells(summary);
    return `| ${figure} | ${value} | ${ratio} | ${target} | ${met === 'yes' ? 'yes' : '**no**'} |`;
  });
  return ['| figure | measured | ratio | target | met |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** One paragraph where all was measured on one machine, else one line per kind of machine. */
function machines(
  measured: readonly { scenario: Pick<Scenario, 'title'>; result: ScenarioResult }[],
): string {
  const titles = new Map<string, string[]>();
  for (const { scenario, result } of measured) {
    const words = machineInWords(result.machine);
    titles.set(words, [...(titles.get(words) ?? []), scenario.title]);
  }
  if (titles.size <= 1) return `${[...titles.keys()].join('')}.`;
  return [...titles].map(([words, names]) => `- ${names.join('; ')}: ${words}.`).join('\n');
}

function section({ about }: Pick<Scenario, 'about'>, result: ScenarioResult): string[] {
  const rows = result.summaries.map((summary) => {
    const { figure } = summary;
    const { value, yardstick, ratio, spread, target } = cells(summary);
    const against = figure.yardstick ? `${yardstick} (${figure.yardstick})` : '-';
    return `| ${figure.title} | ${value} | ${against} | ${ratio} | ${spread} | ${target} |`;
  });
  return [
    about.trim(),
    ['| figure | value | yardstick | ratio | spread | target |', '|---|---|---|---|---|---|', ...rows].join(
      '\n',
    ),
    ...(result.remarks.length > 0 ? [result.remarks.map((remark) => `- ${remark}`).join('\n')] : []),
    missed(result.summaries),
    `${result.runs} runs, ${result.measuredAt.slice(0, 10)}.`,
  ].filter((part) => part !== '');
}

function missed(summaries: readonly Summary[]): string {
  return summaries
    .filter(({ met }) => !met)
    .map(({ figure, ratio }) => {
      const reached = formatRatio(ratio, figure);
      return `Missed: ${figure.title}, ${reached} of ${formatRatio(figure.target, figure)} ([why](#missed-targets)).`;
    })
    .join('\n\n');
}
