/** What no automaton proves, by what it looks like in the sources: why its time grows no faster than the text. */
export const linearByReason = new Map<string, string>([
  [
    String.raw`/^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*$/i`,
    'Begins at the start of the text only; a label cannot hold the dot that divides two of them.',
  ],
  [
    String.raw`/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/`,
    'Begins at the start of the text only; at most 63 characters.',
  ],
  [
    String.raw`/(?<![;\s"])[;\s"]+(?='*[=+\-@|%＝＋－＠])/g`,
    'Looks behind: a match begins only where the run of these characters begins, and a run is gone through twice.',
  ],
  [
    String.raw`/(?<![;\s"])([;\s"]+)'(?='*[=+\-@|%＝＋－＠])/g`,
    'Looks behind: a match begins only where the run of these characters begins, and a run is gone through twice.',
  ],
  [
    String.raw`/^(?:https?:\/\/)?(?:www\.)?(?:wa\.me\/|(?:api|web)\.whatsapp\.com\/send\/?\?(?:[^\s#]{0,500}&)?phone=)(?:\+|%2B)?(\d{5,20})(?![\d])/i`,
    'Begins at the start of the text only; one repeat, of at most 500 characters.',
  ],
  [
    String.raw`/(?<=[\d)])\s+(?:or|and|ou|et|o|e|y|oder|und|of|en|och|eller|og|lub|albo|i|или|и|або|та|veya|ve|ya da|atau|dan|hoặc|και|ή|sau|si|și|או|أو|או)\s+(?=[+(\d])/iu`,
    'Looks behind: a run of blanks is entered at its first one only, and each run is gone through at most twice; at most 500 characters.',
  ],
  [
    String.raw`/(?<=\d\)?)\s*(?=\(?\+\d)/u`,
    'Looks behind: a run of blanks is entered at its first one only; at most 500 characters.',
  ],
  [
    String.raw`/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i`,
    'Looks behind: a run of backslashes is entered at its first one only, and gone through in pairs.',
  ],
  [
    String.raw`/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/`,
    'Looks behind: a run of backslashes is entered at its first one only, and gone through in pairs.',
  ],
  [String.raw`/^[\x21-\x7e]{1,255}$/`, 'Begins at the start of the text only; at most 255 characters.'],
  [String.raw`/^[\w.-]{1,64}$/`, 'Begins at the start of the text only; at most 64 characters.'],
  [
    String.raw`/^\/(?:file|document|spreadsheets|presentation)\/(?:u\/\d+\/)?d\/([\w-]{10,100})/`,
    'Begins at the start of the text only; a sign stands between its repeats.',
  ],
  [String.raw`/^[\w-]{10,100}$/`, 'Begins at the start of the text only; at most 100 characters.'],
  [
    String.raw`/^\uFEFF?(?:\s|<\?xml[^>]{0,200}>|<!--(?:(?!-->)[^])*-->)*/i`,
    'Begins at the start of the text only; each turn is known by its first characters, and nothing behind the loop can fail.',
  ],
  [
    String.raw`/^[ \t]{0,8}"?sep ?= ?(\\t|[^\p{L}\p{N}"])?"?[ \t",;|]{0,1000}$/iu`,
    'Begins at the start of the text only; its repeats have at most 8 and 1,000 characters.',
  ],
  [
    String.raw`/^(?=.*[1-9])\d{1,4}([-./]\d{1,2}[-./]\d{1,4})(?:[ T,].{0,30})?$/u`,
    'Begins at the start of the text only; one look ahead through the text, then at most 50 characters.',
  ],
  [
    String.raw`/^[\s'"=]{0,8}(?:[a-z]{1,8}:)?[\p{Nd}\p{Pd}\p{Cf}+()./ \u00a0]{7,40}(?:@[a-z.]{1,20})?[\s'"]{0,8}$/iu`,
    'Begins at the start of the text only; at most 90 characters.',
  ],
  [
    String.raw`/^(?=.*[øæ])(?=.*[áàâãíìîóòôõúùûçñèêëšž])/iu`,
    'Begins at the start of the text only; two looks ahead, each through the text once.',
  ],
  [
    String.raw`/您的|你的|请输入|請輸入|客户|客戶|顾客|顧客|会员|會員|学生|學生|收货人|联系人|聯絡人|お客様の?|あなたの|ご(?=氏名)|を?入力.*|고객님?의?|귀하의|회원|신청자|참가자|ของคุณ|ของท่าน|ลูกค้า|ผู้ติดต่อ/gu`,
    'Texts without repeats, and one repeat that goes to the end of the line and cannot fail there.',
  ],
  [
    String.raw`/^['"=]+|["']+$/g`,
    'Its cells are cut at a length before, a small multiple of that of the name of a country.',
  ],
]);

/** Where expressions are put together: of what. */
export const builtExpressions = new Map<string, string>([
  ['src/lib/folded-word.ts', 'a class of the letters of a table'],
  ['src/lib/phone-country.ts', 'leading digits of a numbering plan, asked of three digits'],
  ['src/lib/phone-text.ts', 'words and the expressions beside them; its texts have at most 500 characters'],
  ['src/modules/contacts/import/core/opt-out-column.ts', 'words; its titles are cut at a length before'],
  ['src/modules/contacts/import/core/opt-out-title.ts', 'words; its titles are cut at a length before'],
  ['src/modules/contacts/import/core/seven-bits.ts', 'constants, without repeats'],
  ['src/modules/contacts/import/core/titles.ts', 'lists of words; titles are cut at a length before'],
  [
    'src/modules/contacts/import/core/truth.ts',
    'a list of words, at the beginning of 200 characters at most',
  ],
  ['src/modules/content/core/templates/liquid-spans.ts', 'one of two words'],
  [
    'src/modules/content/core/templates/locale-number.ts',
    'signs of a locale; its texts have at most 60 characters',
  ],
]);
