export const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

const SAMPLE_RECORDS = 50;

/** Excel writes `sep=;` as a first line that is no data. */
export function declaredDelimiter(sample: string): { delimiter: string; length: number } | undefined {
  const match = /^sep=(.)(?:\r\n|\n|\r)/i.exec(sample);
  return match?.[1] === undefined ? undefined : { delimiter: match[1], length: match[0].length };
}

/**
 * The delimiter that cuts the sample's records most evenly; more columns win among equals. Delimiters and line breaks
 * inside quotes do not count. A file of one column has none, and the comma does no harm there.
 */
export function detectDelimiter(sample: string, complete: boolean): Delimiter {
  let best: { delimiter: Delimiter; score: number } = { delimiter: ',', score: 0 };
  for (const delimiter of delimiters) {
    const counts = columnCounts(sample, delimiter, complete);
    const score = evenness(counts);
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/** The share of records with the usual number of columns, times that number; nothing for a single column. */
function evenness(counts: number[]): number {
  const frequency = new Map<number, number>();
  for (const count of counts) frequency.set(count, (frequency.get(count) ?? 0) + 1);
  let score = 0;
  for (const [columns, records] of frequency) {
    if (columns < 2) continue;
    const share = records / counts.length;
    // The square: half the records with eight columns are worth less than all of them with three.
    score = Math.max(score, share * share * columns);
  }
  return score;
}

function columnCounts(sample: string, delimiter: string, complete: boolean): number[] {
  const counts: number[] = [];
  let columns = 1;
  let empty = true;
  let quoted = false;
  /** At the start of a field, or behind a quote that may turn out to be a doubled one. */
  let mayOpen = true;
  const endRecord = () => {
    if (!empty) counts.push(columns);
    columns = 1;
    empty = true;
  };
  for (const character of sample) {
    if (counts.length >= SAMPLE_RECORDS) return counts;
    if (quoted) {
      quoted = character !== '"';
      mayOpen = !quoted;
    } else if (character === '\n' || character === '\r') {
      endRecord();
      mayOpen = true;
    } else {
      empty = false;
      if (character === delimiter) columns += 1;
      quoted = character === '"' && mayOpen;
      mayOpen = character === delimiter;
    }
  }
  // The last record of a cut sample may be half a record.
  if (complete || counts.length === 0) endRecord();
  return counts;
}
