import type { Figure, Summary } from '../figure.js';

/** Three digits that count, thousands apart: 12,345 · 123 · 1.23 · 0.0123. */
export function formatNumber(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

export function formatRatio(ratio: number, { ratioUnit }: Figure): string {
  if (ratioUnit === 'x' || ratioUnit === 'MB') return `${formatNumber(ratio)} ${ratioUnit}`;
  return formatNumber(ratio);
}

export function formatTarget(figure: Figure): string {
  return `${figure.direction === 'atLeast' ? '≥' : '≤'} ${formatRatio(figure.target, figure)}`;
}

/** The cells that the table at the terminal and the one in the documentation share. */
export function cells({ figure, value, yardstick, ratio, lowest, highest, met }: Summary) {
  return {
    figure: figure.title,
    value: `${formatNumber(value)} ${figure.unit}`,
    yardstick: figure.yardstick ? `${formatNumber(yardstick)} ${figure.unit}` : '-',
    ratio: formatRatio(ratio, figure),
    spread: `${formatNumber(lowest)} .. ${formatNumber(highest)}`,
    target: formatTarget(figure),
    met: met ? 'yes' : 'NO',
  };
}
