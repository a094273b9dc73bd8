const INVISIBLE = /(?![\t\r\n])[\p{Cf}\p{Cc}]/gu;
const DASHES = /[‐‑‒–—―−﹣－]/gu;
/** Text that a spreadsheet kept from being read as a number. */
const TEXT_MARK = /^['’‘`]+/u;
/** The digit 0 of the scripts whose digits people write numbers with; the other nine follow it. */
const ZEROS = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20,
  0x1040, 0x17e0, 0x1810,
];
const OTHER_DIGIT = /(?![0-9])\p{Nd}/gu;

/** `5.511987654321E+12`: how a spreadsheet shows a long number. */
export const EXPONENT = /^(\d)(?:[.,](\d+))?e\+?(\d{1,2})$/i;
/** `5511987654321.0`: a number that went through a table of decimals. */
export const FLOAT = /^(\d{7,})[.,]0{1,2}$/;
/** `5,511,987,654,321`: a number that was shown with separators of thousands. */
const THOUSANDS = /^\d{1,3}(?:,\d{3}){2,}$/;

/** What stands in front of a number, or in brackets behind it, and says what kind it is. `p:` is Facebook's. */
const LABEL =
  'whats ?app|whats|zap|wa|wpp|telephone|telefone|telefono|teléfono|telefon|tel|tlf|fone|phone|ph|mobile|mobil|mob|' +
  'celular|cellulare|cell|cel|móvil|movil|portable|handy|callto|sms|nummer|numero|número|number|no|nr|p|m|t|c|' +
  'тел|телефон|моб|هاتف|جوال|電話|电话|手机|携帯|전화|휴대폰';
/** What people write behind a number, also in brackets, of the phone it is. */
const NOTE =
  'whats ?app|whats|zap|wpp|mobile|mobil|celular|cell|cel|móvil|movil|handy|tel|phone|fone|home|work|office|casa|trabalho|' +
  'trabajo|oficina|residencial|comercial|privat|private|personal|pessoal|particular|geschäftlich|dienstlich|zuhause|' +
  'domicile|bureau|travail|ufficio|lavoro|thuis|werk|main|principal|моб|дом|домашний|рабочий|личный|rumah|自宅|会社|家|公司';
const NOTE_BEHIND = new RegExp(`(?<=\\d)(?: - | |: ?| ?\\()(?:${NOTE})[.)]?$`, 'iu');
const PHONE_SIGN = /^[📱📞☎📲]\uFE0F? ?| ?[📱📞☎📲]\uFE0F?$/gu;
/** `0xx11`: a zero, any carrier and the area, as Brazil dials. */
const ANY_CARRIER = /^(\(?)0 ?xx ?(?=\d{2}\D)/i;
const LABEL_BEFORE = new RegExp(`^\\(?(?:${LABEL})\\)?\\s*[.:：)]{0,3}\\s*(?=[+(\\d])`, 'iu');
const LABEL_BEHIND = new RegExp(`(?<=\\d)\\s*\\((?:${LABEL})\\)$`, 'iu');

/** An extension behind a switchboard, in the words of many languages. */
const EXTENSION =
  /(?<=[\d\s),.])(?:extension|extensión|extensão|extn?|ramal|interno|int|anexo|poste|durchwahl|dw|nebenstelle|доб|внутр|вн|wewn?|dahili|toestel|linha|x|#|\*|内線|内线|분機|내선)[\s.:=#]{0,9}\d{1,6}$/iu;

/** An account as WhatsApp writes it, `553181234567:12@s.whatsapp.net`, is the number with its country code. */
const ACCOUNT = /^\+?(\d{5,20})(?:\.\d{1,3})?(?::\d{1,5})?@(?:c\.us|s\.whatsapp\.net)$/i;
const OTHER_ACCOUNT = /@(lid|g\.us|newsletter|broadcast)$/i;
const CHAT_LINK =
  /^(?:https?:\/\/)?(?:www\.)?(?:wa\.me\/|(?:api|web)\.whatsapp\.com\/send\/?\?(?:[^\s#]{0,500}&)?phone=)(?:\+|%2B)?(\d{5,20})(?![\d])/i;

/**
 * Whole numbers in one cell are divided by one of these. A comma divides, too: the forms in which it is a part of one
 * number are looked at before.
 */
const BETWEEN_NUMBERS = /:::|<br ?\/?>|[;,|&\\\r\n\u3001\u060c\u061b•·]/iu;
/** `A or B`, in the words of many languages; only between digits. */
const OR =
  /(?<=[\d)])\s+(?:or|and|ou|et|o|e|y|oder|und|of|en|och|eller|og|lub|albo|i|или|и|або|та|veya|ve|ya da|atau|dan|hoặc|και|ή|sau|si|și|או|أو|או)\s+(?=[+(\d])/iu;
/** `A B` where each begins with a plus sign. */
const BEFORE_PLUS = /(?<=\d\)?)\s*(?=\(?\+\d)/u;
const SEVERAL = new RegExp(`${BETWEEN_NUMBERS.source}|${OR.source}|${BEFORE_PLUS.source}`, 'iu');

/** Fewer digits are no number of a person, but a part of one, an extension or the last digits of another. */
export const WHOLE_DIGITS = 7;
/** Longer texts hold more than numbers; nothing below has to be looked for in them. */
export const MAX_TEXT = 500;

/** ASCII digits and plain punctuation, without what spreadsheets put around; line breaks are kept. */
export function plainText(input: string): string {
  return input
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .replace(OTHER_DIGIT, asciiDigit)
    .replace(DASHES, '-')
    .replaceAll('\t', ' ')
    .trim()
    .replace(TEXT_MARK, '')
    .trim();
}

function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  const zero = ZEROS.find((first) => code >= first && code < first + 10);
  return zero === undefined ? digit : String(code - zero);
}

/** The digits of an account or chat link of WhatsApp, which begin with the country code; what an id is that has none. */
export function accountOf(text: string): { digits: string } | { reason: string } | undefined {
  const digits = (ACCOUNT.exec(text) ?? CHAT_LINK.exec(text))?.[1];
  if (digits !== undefined) return { digits };
  const other = OTHER_ACCOUNT.exec(text)?.[1]?.toLowerCase();
  if (other === 'lid')
    return { reason: 'this id of WhatsApp hides the phone number; give the number itself' };
  return other === undefined ? undefined : { reason: 'this id of WhatsApp is no phone number of a person' };
}

/** True for a text that says its country code itself: with a plus sign or `00`, as a link or an id of WhatsApp. */
export function isInternational(text: string): boolean {
  const plain = plainText(text);
  return /^\D*(?:\+|00)/.test(plain) || accountOf(plain) !== undefined;
}

/** The parts of a text that may each be a number of its own; parts without anything in them are left out. */
export function partsOf(text: string): string[] {
  if (accountOf(text) !== undefined) return [text];
  const isOneNumber = EXPONENT.test(text) || FLOAT.test(text) || THOUSANDS.test(text);
  const parts = isOneNumber ? [text] : text.split(SEVERAL);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** One part without its label: `Cel.: (11) 98765-4321` and `+55 11 98765-4321 (WhatsApp)` are the number. */
export function withoutLabel(part: string): string {
  const text = THOUSANDS.test(part) ? part.replaceAll(',', '') : part;
  return text
    .replace(PHONE_SIGN, '')
    .replace(LABEL_BEFORE, '')
    .replace(LABEL_BEHIND, '')
    .replace(NOTE_BEHIND, '')
    .replace(ANY_CARRIER, '$1')
    .trim();
}

/** True for a whole number with an extension behind it. */
export function hasExtension(text: string): boolean {
  const match = EXTENSION.exec(text);
  return match !== null && digitsOf(text.slice(0, match.index)).length >= WHOLE_DIGITS;
}

export function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}
