import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { FORM, formOf, withForm } from '../../../journal/forms.js';
import { JournalDamaged } from '../../../journal/journal.js';
import { errorMessage } from '../../../lib/errors.js';

/** A message that is about to be given to the network, as the journal keeps it: no text, no number. */
export interface HandOver {
  deliveryId: string;
  part: number;
  senderId: string;
  /** Null where the transport takes none. */
  waMessageId: string | null;
}

/** Beginning to deflate costs as much as deflating a hundred. */
const DEFLATED_FROM = 20;
/** More than any batch becomes. */
const MAX_TEXT_BYTES = 67_108_864;

type BySender = Record<string, [deliveryId: string, part: number, waMessageId: string | null][]>;

/** In a large batch about 25 bytes for each: ids are most of it, and random. */
export function encodeHandOvers(handOvers: readonly HandOver[]): Buffer {
  const bySender: BySender = {};
  for (const { senderId, deliveryId, part, waMessageId } of handOvers)
    (bySender[senderId] ??= []).push([deliveryId, part, waMessageId]);
  const text = JSON.stringify(bySender);
  return handOvers.length < DEFLATED_FROM
    ? withForm(FORM.handOvers, Buffer.from(text))
    : withForm(FORM.deflatedHandOvers, deflateRawSync(text, { level: 1 }));
}

/** @throws JournalDamaged when it was written by a later version, or is no batch of hand-overs. */
export function decodeHandOvers(data: Buffer): HandOver[] {
  try {
    return read(data);
  } catch (error) {
    throw new JournalDamaged(`a batch of them: ${errorMessage(error)}`);
  }
}

function read(data: Buffer): HandOver[] {
  return Object.entries(JSON.parse(textOf(data)) as BySender).flatMap(([senderId, entries]) =>
    entries.map(([deliveryId, part, waMessageId]) => ({ deliveryId, part, senderId, waMessageId })),
  );
}

function textOf(data: Buffer): string {
  const rest = data.subarray(1);
  const form = formOf(data);
  if (form === FORM.handOvers) return rest.toString();
  if (form === FORM.deflatedHandOvers)
    return inflateRawSync(rest, { maxOutputLength: MAX_TEXT_BYTES }).toString();
  throw new Error(`Hand-overs of the form ${form} are unknown here.`);
}
