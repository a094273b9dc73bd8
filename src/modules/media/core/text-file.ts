type Decode = (bytes: Uint8Array) => string;

/** What the first bytes tell; UTF-32 stands first, because its mark begins with that of UTF-16. */
const MARKS: readonly { mark: readonly number[]; decode: Decode }[] = [
  { mark: [0xff, 0xfe, 0, 0], decode: (bytes) => utf32(bytes, true) },
  { mark: [0, 0, 0xfe, 0xff], decode: (bytes) => utf32(bytes, false) },
  { mark: [0xff, 0xfe], decode: decoder('utf-16le') },
  { mark: [0xfe, 0xff], decode: decoder('utf-16be') },
  // No mark: `<` and a NUL can begin nothing but a page or XML in UTF-16.
  { mark: [0x3c, 0], decode: decoder('utf-16le') },
  { mark: [0, 0x3c], decode: decoder('utf-16be') },
];
/** Characters that are hardly in a text. A sound whose first bytes are a mark is full of them. */
const RARE = /[\p{Cn}\p{Co}]/gu;

/**
 * The start of a file in UTF-16 or UTF-32 as text, its mark included. Undefined when it is in neither, or not all of it
 * is text: the first two bytes of some sounds (MPEG) are a mark, too.
 */
export function wideText(start: Uint8Array): string | undefined {
  const found = MARKS.find(({ mark }) => mark.every((byte, index) => start[index] === byte));
  if (!found || start.length < 4) return undefined;
  const text = decodedBy(found.decode, start);
  if (text === undefined || text.includes('\0')) return undefined;
  const rare = text.match(RARE)?.length ?? 0;
  return rare * 100 > text.length ? undefined : text;
}

/** Undefined for bytes that are no text of the encoding: decoders throw then. */
function decodedBy(decode: Decode, bytes: Uint8Array): string | undefined {
  try {
    return decode(bytes);
  } catch {
    return undefined;
  }
}

/** True for UTF-8. `whole`: the file has nothing more than this, so that it cannot end within a character. */
export function isUtf8(start: Uint8Array, whole: boolean): boolean {
  if (start.length === 0 || start.includes(0)) return false;
  const decode: Decode = (bytes) =>
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole });
  return decodedBy(decode, start) !== undefined;
}

/** Throws for what is no text. What is looked at may end within a character. */
function decoder(encoding: string): Decode {
  return (bytes) => new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
}

/** JavaScript has no decoder for it. Throws for a number that is no character. */
function utf32(bytes: Uint8Array, littleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 4; at + 4 <= bytes.length; at += 4) {
    text += String.fromCodePoint(view.getUint32(at, littleEndian));
  }
  return text;
}
