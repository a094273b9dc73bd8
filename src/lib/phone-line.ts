/** A written form that a numbering reform has left in use beside today's form of the same line. */
interface OldForm {
  /** What it begins with, so that most numbers are compared with no pattern. */
  code: string;
  written: RegExp;
  /** With `$<rest>` for what stays. */
  line: string;
  /** The beginning of such a form that tells it: the rest of `written` may be missing. */
  begun: RegExp;
}

/**
 * Each form belongs to one line and can be no other line's number. The function `phone_line` of the database says the
 * same, for the columns it fills; a test compares the two.
 *
 * - Brazil: Anatel put a 9 before the mobile numbers of eight digits, which began with 6 to 9 (2012 to 2016). Landlines
 *   begin with 2 to 5 and kept eight digits. WhatsApp's ids of accounts from before have no 9.
 * - Mexico: the 1 of mobile numbers called from abroad went in 2019; WhatsApp's ids have it.
 * - Argentina: the 9 only says that a number is dialled as a mobile one. An area has each number once, fixed or mobile.
 * - Benin: all numbers got 01 in front in 2024.
 * - Ivory Coast: mobile numbers got two digits by their operator, which their second digit tells, in 2021; WhatsApp kept
 *   the ids of accounts from before.
 * - Gabon: the zero of numbers made room for a digit of the operator (6 or 7) or of landlines (1) in 2019.
 */
const OLD_FORMS: readonly OldForm[] = [
  {
    code: '+55',
    written: /^\+55(?<area>[1-9]{2})(?<rest>[6-9]\d{7})$/,
    line: '+55$<area>9$<rest>',
    begun: /^\+55(?<area>[1-9]{2})(?<rest>[6-9]\d{0,7})$/,
  },
  { code: '+521', written: /^\+521(?<rest>\d{10})$/, line: '+52$<rest>', begun: /^\+521(?<rest>\d{0,10})$/ },
  { code: '+549', written: /^\+549(?<rest>\d{10})$/, line: '+54$<rest>', begun: /^\+549(?<rest>\d{0,10})$/ },
  {
    code: '+229',
    written: /^\+229(?<rest>[24-69]\d{7})$/,
    line: '+22901$<rest>',
    begun: /^\+229(?<rest>[24-69]\d{0,7})$/,
  },
  {
    code: '+225',
    written: /^\+225(?<rest>[04-7][0-3]\d{6})$/,
    line: '+22501$<rest>',
    begun: /^\+225(?<rest>[04-7](?:[0-3]\d{0,6})?)$/,
  },
  {
    code: '+225',
    written: /^\+225(?<rest>[04-8][4-6]\d{6})$/,
    line: '+22505$<rest>',
    begun: /^\+225(?<rest>[04-8](?:[4-6]\d{0,6})?)$/,
  },
  {
    code: '+225',
    written: /^\+225(?<rest>[04-8][7-9]\d{6})$/,
    line: '+22507$<rest>',
    begun: /^\+225(?<rest>[04-8](?:[7-9]\d{0,6})?)$/,
  },
  {
    code: '+241',
    written: /^\+2410?(?<rest>1\d{6})$/,
    line: '+2411$<rest>',
    begun: /^\+2410?(?<rest>1\d{0,6}|(?<=0))$/,
  },
  {
    code: '+241',
    written: /^\+2410?(?<rest>[256]\d{6})$/,
    line: '+2416$<rest>',
    begun: /^\+2410?(?<rest>[256]\d{0,6}|(?<=0))$/,
  },
  {
    code: '+241',
    written: /^\+2410?(?<rest>[47]\d{6})$/,
    line: '+2417$<rest>',
    begun: /^\+2410?(?<rest>[47]\d{0,6}|(?<=0))$/,
  },
];

/**
 * The one form of a line by which numbers are stored, looked up and compared: two numbers (E.164) with the same one reach
 * the same person. It is neither shown nor dialled; a number in another form, or of a country without such forms, is its
 * own line.
 */
export function lineOf(phone: string): string {
  for (const { code, written, line } of OLD_FORMS) {
    if (phone.startsWith(code) && written.test(phone)) return phone.replace(written, line);
  }
  return phone;
}

/**
 * What the lines of numbers begin with that begin so, in whatever form they are written: the beginning itself, and those
 * of the lines for which it is the beginning of another form.
 */
export function lineBeginnings(beginning: string): string[] {
  const others = OLD_FORMS.filter(({ begun }) => begun.test(beginning)).map(({ begun, line }) =>
    beginning.replace(begun, line),
  );
  return [...new Set([beginning, ...others])];
}

/** Of several numbers of one line the first. */
export function distinctLines(phones: readonly string[]): string[] {
  const seen = new Set<string>();
  return phones.filter((phone) => {
    const line = lineOf(phone);
    if (seen.has(line)) return false;
    seen.add(line);
    return true;
  });
}
