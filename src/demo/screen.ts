const colour = process.stdout.isTTY && !process.env['NO_COLOR'];
const paint = (code: number, text: string): string => (colour ? `\u001B[${code}m${text}\u001B[0m` : text);

export const bold = (text: string): string => paint(1, text);
export const dim = (text: string): string => paint(2, text);
export const green = (text: string): string => paint(32, text);
export const yellow = (text: string): string => paint(33, text);
export const red = (text: string): string => paint(31, text);

export function heading(text: string): void {
  process.stdout.write(`\n${bold(text)}\n`);
}

export function line(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** A table with a header row; numbers are set to the right. */
export function table(rows: (string | number)[][]): void {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => String(row[column]).length)),
  );
  rows.forEach((row, index) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
    });
    const text = `  ${cells.join('  ')}`;
    line(index === 0 ? dim(text) : text);
  });
}

/** One line that is rewritten on a terminal; elsewhere a new line whenever the text has changed by a tenth. */
export class ProgressBar {
  private lastTenth = -1;

  constructor(private readonly width = 30) {}

  show(done: number, total: number, note: string): void {
    const share = total === 0 ? 1 : done / total;
    const filled = Math.round(share * this.width);
    const text = `  ${green('█'.repeat(filled))}${dim('░'.repeat(this.width - filled))} ${done}/${total}  ${note}`;
    if (process.stdout.isTTY) {
      process.stdout.write(`\r\u001B[2K${text}`);
      return;
    }
    const tenth = Math.floor(share * 10);
    if (tenth !== this.lastTenth) line(text);
    this.lastTenth = tenth;
  }

  /** Writes above the bar, so that it stays the last line. */
  interrupt(text: string): void {
    process.stdout.write(process.stdout.isTTY ? `\r\u001B[2K${text}\n` : `${text}\n`);
  }

  end(): void {
    if (process.stdout.isTTY) line();
  }
}
