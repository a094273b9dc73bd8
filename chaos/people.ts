/** Messages that each recipient of the campaign gets, and each number that it is tested with. */
export const PARTS = 2;

/** The number of a recipient of the campaign, from 0. */
export function campaignPhone(index: number): string {
  return `+55119${60_000_000 + index}`;
}

/** The number of somebody whom the campaign does not know. */
export function otherPhone(index: number): string {
  return `+55119${70_000_000 + index}`;
}

/** The same for somebody who writes first. */
export function askingPhone(index: number): string {
  return `+55119${80_000_000 + index}`;
}
