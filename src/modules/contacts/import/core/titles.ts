/** Column titles as people write them, brought to one form: no accents, case or punctuation. */
export function plainTitle(title: string): string {
  return title
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/([\p{Ll}\p{N}])[_\-.]+(?=[\p{L}\p{N}])/gu, '$1 ')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}

/** The most telling titles first: a sheet with a WhatsApp, a mobile and a landline column means the first. */
const PHONE_TITLES: readonly (readonly string[])[] = [
  words(`whatsapp; whatsapp number; whats app; whatsapp phone; whatsapp no; numero whatsapp; numero de whatsapp;
    numero do whatsapp; telefone whatsapp; celular whatsapp; wa; wa number; zap; whatsappnummer; waid; wa id`),
  words(`mobile; mobile number; mobile phone; mobile no; mobilephone; mobilenumber; cell; cell phone; cellphone;
    cell number; celular; numero celular; numero de celular; numero do celular; telefone celular; telefono celular;
    movil; telefono movil; numero movil; portable; telephone portable; tel portable; mobil; mobilnummer; mobiltelefon;
    handy; handynummer; cellulare; cep; cep telefonu; gsm; gsm number; komorka; 手机; 手机号; 手机号码; 手機; 手機號碼;
    携帯; 携帯電話; 携帯番号; 휴대폰; 휴대전화; мобильный; мобильный телефон; сотовый; الجوال; رقم الجوال; موبايل; nomor hp; no hp; hp`),
  words(`phone; phone number; phone no; phonenumber; phones; telephone; telephone number; tel; tel no; tel number; fone;
    telefone; telefones; numero de telefone; numero do telefone; numero telefone; telefono; numero de telefono;
    numero telefono; numero di telefono; numero de telephone; no telephone; telefon; telefonnummer; telefonnr;
    rufnummer; telefoonnummer; telefoon; puhelin; telefon numarasi; numer telefonu; msisdn; contact number; contact no;
    contact phone; 电话; 电话号码; 電話; 電話番号; 電話號碼; 전화; 전화번호; телефон; номер телефона; هاتف; الهاتف; رقم الهاتف;
    תלפון; טלפון; फोन; फ़ोन; फोन नंबर; मोबाइल; मोबाइल नंबर; nomor telepon; telepon; so dien thoai; dien thoai`),
];

/** Could be a house number; taken when there is nothing better. */
const VAGUE_PHONE_TITLES = words(
  `number; numero; numeros; nummer; numer; contato; contacto; номер; رقم; recipient; to`,
);

/** One of these words anywhere in a title, when no title matches as a whole: `Telefone (principal)`. */
const PHONE_WORD =
  /(?:^|\s)(?:whatsapp|phone|telephone|mobile|celular|telefone|telefono|telefon|movil|cellphone)(?:\s|$)/u;

/** What is said about a phone number beside it: `Phone 1 - Type` of an address book, whose `Phone 1 - Value` is the number. */
const ABOUT_A_PHONE =
  /(?:^|\s)(?:type|tipo|typ|label|etiqueta|rotulo|country|pais|code|ddi|extension|ext|verified|valid|status)(?:\s|$)/u;

const FULL_NAMES =
  words(`full name; fullname; nome completo; nombre completo; nombre y apellido; nombre y apellidos;
  nom complet; nome e cognome; vollstandiger name; ad soyad; adi soyadi; фио; volledige naam; nama lengkap`);
const NAMES =
  words(`name; names; contact name; customer; customer name; client; client name; nome; nome do contato;
  nome do cliente; cliente; nombre; nombres; nombre del cliente; nom; naam; navn; namn; nimi; nama; imie i nazwisko;
  isim; ad; ten; ho ten; ho va ten; display name; pushname; 姓名; 名字; 名前; 氏名; お名前; 이름; 성명; имя; الاسم; اسم; שם; नाम`);
const FIRST_NAMES =
  words(`first name; firstname; given name; givenname; forename; primeiro nome; primer nombre; prenom;
  vorname; nome proprio; fornavn; fornamn; voornaam; imie`);
const LAST_NAMES =
  words(`last name; lastname; surname; family name; familyname; second name; sobrenome; ultimo nome;
  apellido; apellidos; nom de famille; nachname; familienname; cognome; achternaam; etternavn; efternamn; nazwisko;
  soyad; soyadi; фамилия`);

/** A column of labels, several in one cell. */
const TAG_TITLES =
  words(`tag; tags; label; labels; etiqueta; etiquetas; marcador; marcadores; rotulo; rotulos;
  etiquette; etiquettes; schlagwort; schlagworte; schlagworter; kennzeichnung; etichetta; etichette; 标签; タグ; 태그;
  метка; метки; тег; теги`);

function words(list: string): string[] {
  return list.split(';').map(plainTitle);
}

export type NameRole = 'fullName' | 'name' | 'firstName' | 'lastName';

/** What part of a person's name a column of this title holds. */
export function nameRole(plain: string): NameRole | undefined {
  if (FULL_NAMES.includes(plain)) return 'fullName';
  if (NAMES.includes(plain)) return 'name';
  if (FIRST_NAMES.includes(plain)) return 'firstName';
  if (LAST_NAMES.includes(plain)) return 'lastName';
  return undefined;
}

export function isTagTitle(plain: string): boolean {
  return TAG_TITLES.includes(plain);
}

/** The index of the title that most likely heads the phone numbers, or -1. */
export function phoneTitleIndex(plainTitles: readonly string[]): number {
  for (const rank of PHONE_TITLES) {
    const index = plainTitles.findIndex((title) => rank.includes(title));
    if (index >= 0) return index;
  }
  const partial = plainTitles.findIndex((title) => PHONE_WORD.test(title) && !ABOUT_A_PHONE.test(title));
  return partial >= 0 ? partial : plainTitles.findIndex((title) => VAGUE_PHONE_TITLES.includes(title));
}
