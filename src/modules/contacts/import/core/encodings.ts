/** Encodings a csv file may be in. `codec` is the name iconv-lite has for it. */
interface Encoding {
  codec: string;
  /** Who writes it, as people would say. */
  used: string;
  /** Other names of it, without dashes, dots and underscores. */
  aliases: readonly string[];
  /** The letters beside ASCII that texts in it have; undefined for those that are recognised otherwise. */
  script?: RegExp;
}

const LATIN = /\p{Script=Latin}/u;
const CYRILLIC = /\p{Script=Cyrillic}/u;
const HAN = /\p{Script=Han}/u;
const JAPANESE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u;

/** ISO 8859 parts that a Windows code page contains are read as that one: programs write what they call so. */
const ENCODINGS = {
  'utf-8': { codec: 'utf8', used: 'all languages', aliases: ['utf8', 'unicode'] },
  'utf-16le': { codec: 'utf-16le', used: 'all languages', aliases: ['utf16', 'utf16le', 'ucs2'] },
  'utf-16be': { codec: 'utf-16be', used: 'all languages', aliases: ['utf16be'] },
  'windows-1252': { ...windows(1252, 'Western European', 'iso88591', 'latin1', 'ansi'), script: LATIN },
  'windows-1250': { ...windows(1250, 'Polish, Czech, Hungarian, Romanian'), script: LATIN },
  'windows-1251': { ...windows(1251, 'Russian, Ukrainian, Bulgarian'), script: CYRILLIC },
  'windows-1253': { ...windows(1253, 'Greek', 'iso88597'), script: /\p{Script=Greek}/u },
  'windows-1254': { ...windows(1254, 'Turkish', 'iso88599', 'latin5'), script: LATIN },
  'windows-1255': { ...windows(1255, 'Hebrew', 'iso88598'), script: /\p{Script=Hebrew}/u },
  'windows-1256': { ...windows(1256, 'Arabic, Persian'), script: /\p{Script=Arabic}/u },
  'windows-1257': { ...windows(1257, 'Baltic languages'), script: LATIN },
  'windows-1258': { ...windows(1258, 'Vietnamese') },
  'windows-874': { ...windows(874, 'Thai', 'tis620', 'iso885911'), script: /\p{Script=Thai}/u },
  shift_jis: {
    codec: 'shift_jis',
    used: 'Japanese',
    aliases: ['shiftjis', 'sjis', 'cp932', 'ms932', 'windows31j', '932'],
    script: JAPANESE,
  },
  'euc-jp': { codec: 'euc-jp', used: 'Japanese', aliases: ['eucjp'], script: JAPANESE },
  gbk: {
    // Contains GBK and GB 2312.
    codec: 'gb18030',
    used: 'Chinese, simplified',
    aliases: ['gb2312', 'gb18030', 'cp936', '936', 'euccn'],
    script: HAN,
  },
  big5: { codec: 'big5', used: 'Chinese, traditional', aliases: ['cp950', '950', 'big5hkscs'], script: HAN },
  'euc-kr': {
    codec: 'euc-kr',
    used: 'Korean',
    aliases: ['euckr', 'cp949', '949', 'uhc', 'ksc5601', 'ksc56011987'],
    script: /\p{Script=Hangul}/u,
  },
  'koi8-r': { codec: 'koi8-r', used: 'Russian', aliases: ['koi8r', 'koi8'], script: CYRILLIC },
  'koi8-u': { codec: 'koi8-u', used: 'Ukrainian', aliases: ['koi8u'] },
  'iso-8859-2': { codec: 'iso-8859-2', used: 'Central European', aliases: ['iso88592', 'latin2'] },
  'iso-8859-5': { codec: 'iso-8859-5', used: 'Cyrillic', aliases: ['iso88595'] },
  'iso-8859-6': { codec: 'iso-8859-6', used: 'Arabic', aliases: ['iso88596'] },
  ibm437: { codec: 'cp437', used: 'MS-DOS, American', aliases: ['cp437', '437'] },
  ibm850: {
    codec: 'cp850',
    used: 'MS-DOS, Western',
    aliases: ['cp850', '850', 'msdos', 'oem'],
    script: LATIN,
  },
  ibm852: { codec: 'cp852', used: 'MS-DOS, Central European', aliases: ['cp852', '852'], script: LATIN },
  ibm866: { codec: 'cp866', used: 'MS-DOS, Russian', aliases: ['cp866', '866'], script: CYRILLIC },
  macintosh: { codec: 'macintosh', used: 'old Macs', aliases: ['macroman', 'mac'], script: LATIN },
} satisfies Record<string, Encoding>;

export type KnownEncoding = keyof typeof ENCODINGS;

export const encodingNames = Object.keys(ENCODINGS) as KnownEncoding[];

const BY_ALIAS = new Map<string, KnownEncoding>(
  encodingNames.flatMap((name) => [
    [plainLabel(name), name] as const,
    ...ENCODINGS[name].aliases.map((alias) => [alias, name] as const),
  ]),
);

/** The encoding meant by a name such as `CP1251`, `Windows 1251` or `win-1251`; undefined when it is unknown. */
export function encodingOf(label: string): KnownEncoding | undefined {
  const plain = plainLabel(label);
  return BY_ALIAS.get(plain) ?? BY_ALIAS.get(plain.replace(/^(?:cs|x|ms)/, ''));
}

export function codecOf(name: KnownEncoding): string {
  return ENCODINGS[name].codec;
}

/** `windows-1250 (Polish, Czech, Hungarian, Romanian)` */
export function encodingInWords(name: KnownEncoding): string {
  return `${name} (${ENCODINGS[name].used})`;
}

/** Encodings that `fits` may be asked about, the most used first. */
export const guessable = encodingNames.filter((name) => 'script' in ENCODINGS[name]);

/** Whether a text, decoded by this encoding, is made of the letters people write in it. */
export function fits(name: KnownEncoding, text: string): boolean {
  const encoding: Encoding = ENCODINGS[name];
  if (!encoding.script || /[\uFFFD\x80-\x9f\p{Co}]/u.test(text)) return false;
  // A lower-case letter before an upper-case one: letters of a neighbouring code page.
  if (/\p{Ll}(?=\P{ASCII})\p{Lu}/u.test(text)) return false;
  // Latin words are mostly ASCII.
  if (encoding.script === LATIN && /\P{ASCII}{5}/u.test(text)) return false;
  const letters = text.match(/\P{ASCII}/gu) ?? [];
  const own = letters.filter((letter) => encoding.script?.test(letter) === true || /\p{M}/u.test(letter));
  return own.length * 10 >= letters.length * 9;
}

function plainLabel(label: string): string {
  return label.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function windows(page: number, used: string, ...aliases: string[]): Encoding {
  return { codec: `windows-${page}`, used, aliases: [`cp${page}`, `win${page}`, `${page}`, ...aliases] };
}
