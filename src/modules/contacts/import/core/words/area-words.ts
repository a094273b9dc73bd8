/** Titles of columns that hold the area code of a number, in the notation of phone-words.ts. */
export const AREA_WORDS = [
  'ddd; area code; areacode; area codes; std code; stdcode; std; city code; regional code; local code; numbering area; codigo de area; codigo area; cod area; cod de area; codigo ddd; cod ddd; codigo da area; cod da area; codigo de ciudad; codigo de la ciudad; codigo local; lada; clave lada; caracteristica; caracteristica telefonica',
  'indicatif regional; indicatif de zone; code regional; indicatif local; ortsvorwahl; ortskennzahl; ortsnetzkennzahl; ortsnetzvorwahl; prefisso locale; prefisso urbano; prefisso di zona; netnummer; riktnummer; suuntanumero; numer kierunkowy; nr kierunkowy; kierunkowy; kod obszaru; korzetszam; mestni kod',
  'код города; код региона; код міста; код на град; κωδικος περιοχης; alan kodu; sehir kodu; kode area; kode wilayah; kode kota; ma vung; رمز المنطقة; كود المنطقة; کد شهر; کد منطقه; קידומת אזור; क्षेत्र कोड; एसटीडी कोड; 区号; 區號; 市外局番; 지역번호; 지역 번호; รหัสพื้นที่',
];
/** These may be codes of countries. */
export const VAGUE_AREA_WORDS = [
  'area; prefix; phone prefix; prefixo; prefijo; prefixe; prefisso; vorwahl; telefonvorwahl; vorwahlnummer; indicatif; indicatif telephonique; indicativo; kengetal; retningsnummer; predvolba; pozivni broj; pozivni; elohivo; prefiks; prefix telefonic; код; кодовий; 국번; קידומת; код телефона; телефонный код',
];
export const PARTICLES =
  'do; da; de; del; dos; das; du; des; di; of; the; for; o; a; la; le; para; code; codigo; cod; code; fur; van; der; die; das; no; n; nr; num; numero; number; com; with; con';
