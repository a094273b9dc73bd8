/** Titles of columns that say which country the number of a row is from; the first are those of the code that is dialled. */
export const CALLING_CODE_TITLES = [
  'country code; phone country code; phone code; calling code; country calling code; dial code; dialing code; dialling code; country dial code; country prefix; international prefix; isd; isd code; intl code; international code',
  'ddi; codigo do pais; codigo de pais; codigo pais; cod pais; cod do pais; codigo internacional; prefixo do pais; prefixo internacional; indicativo; indicativo do pais; prefijo; prefijo internacional; prefijo pais; prefijo de pais; prefijo del pais; lada internacional',
  'indicatif; indicatif pays; indicatif du pays; code pays; prefisso; prefisso internazionale; codice paese; landesvorwahl; landervorwahl; vorwahl land; landercode; landescode; landkode; landcode; landnummer; landskod; landekode; maatunnus; kierunkowy kraju; kod kraju; predvolba; код страны; код країни; ulke kodu; kode negara; ma quoc gia',
  '国家代码; 国家区号; 国际区号; 國碼; 國家代碼; 国番号; 国コード; 국가번호; 국가코드; 국가 번호; 국가 코드; รหัสประเทศ; كود الدولة; رمز الدولة; مفتاح الدولة; کد کشور; קידומת מדינה; קוד מדינה; देश कोड',
];

export const COUNTRY_TITLES = [
  'country; country name; country region; pais; nome do pais; nombre del pais; pays; land; paese; nazione; stato estero; kraj; panstwo; zeme; krajina; orszag; tara; drzava; maa; strana; страна; країна; държава; χωρα; ulke; negara; quoc gia; nchi',
  '国家; 國家; 国; 国名; 국가; 나라; ประเทศ; الدولة; البلد; دولة; کشور; ארץ; מדינה; देश',
];

/**
 * Other titles say the same in words of these kinds, and nothing else: `Phone country`, `Country ISO 2`, `Dial code`,
 * `Länderkürzel`. In the notation of phone-words.ts. The first are the nouns.
 */
export const COUNTRY_WORDS = [
  'country; countries; countrycode; countryiso; ctry; cntry; nation; pais; paises; pays; paese; land; lander; landes; landen; lands; lande; landet; kraj; kraju; panstwo; panstwa; zeme; krajina; krajiny; orszag; orszaghivo; tara; tarii; drzava; drzave; maa; maan; riik; riigi; salis; salies; valsts; shteti; quoc gia; ulke; ulkesi; negara; nchi; bansa',
  'lander* code; landercode; landerkode; landerkurzel; landerkennung; landerkennzeichen; landerkurzzeichen; landeskurzel; landeskennung; landeskennzahl; landeskennziffer; landkurzel; landname; landsnavn; landenavn; landnaam; landsnamn; landekode; landskod; landskode; landkode; landcode; landscode; landennaam; landencode; maakoodi; orszagkod; riigikood',
  'страна; страны; стране; країна; країни; държава; държавата; земја; χωρα; χωρας; الدولة; دولة; البلد; بلد; کشور; ملک; ארץ; מדינה; देश; দেশ; 国家; 國家; 国; 国名; 국가; 나라; ประเทศ',
];
/** The code that is dialled, whole. */
export const DIALLED_WORDS = [
  'dial code; dial codes; dialcode; dial prefix; dialing code; dialling code; dialing prefix; dialling prefix; calling code; callingcode; calling prefix; phone code; phonecode; phone prefix; tel code; tel prefix; telephone code; mobile code; mobile prefix; whatsapp code; international code; international prefix; international dialing code; international dialling code; intl code; intl prefix; idd; idd code; isd; isd code; isd no; ddi; cc',
  'codigo de discagem; codigo discagem; codigo de marcacion; codigo de llamada; codigo telefonico internacional; codigo telefonico del pais; codigo internacional; prefixo internacional; prefijo internacional; prefijo telefonico internacional; indicativo internacional; indicativo telefonico; indicatif; indicatif telephonique; indicatif international; prefixe international; prefixe telephonique international; prefisso internazionale; prefisso telefonico internazionale',
  'landervorwahl; landervorwahlen; landesvorwahl; landvorwahl; internationale vorwahl; auslandsvorwahl; landnummer; landsnummer; landennummer; landnetnummer; internationaal kengetal; internationale toegangscode; retningsnummer land; landsnumer; suuntanumero maa; kierunkowy miedzynarodowy; numer kierunkowy kraju; prefiks kraju; mezinarodni predvolba; medzinarodna predvolba; orszaghivoszam; nemzetkozi elohivo; prefix international; pozivni broj drzave; medunarodni pozivni broj; klicna koda drzave',
  'международный код; міжнародний код; международен код; телефонный код страны; телефонний код країни; διεθνης κωδικος; κωδικος χωρας; uluslararasi kod; ulke telefon kodu; telefon ulke kodu; رمز الاتصال الدولي; رمز النداء; مفتاح الدولة; مفتاح البلد; پیش شماره کشور; קידומת בינלאומית; kode panggilan; kode telepon negara; ma vung quoc te; 国际区号; 國際區號; 国际冠码; 国番号; 국제번호',
];
/** What stands beside the nouns and does not change what they say. */
export const BESIDE_COUNTRY_WORDS = [
  'code; codes; iso; iso 2; iso 3; iso code; 3166; 3166 1; alpha; alpha 2; alpha 3; a 2; a 3; short; abbr; abbreviation; prefix; dial; dialing; dialling; calling; region; regions; or; and; name; full; of; residence; number; numbers; no; num; address; default; home; mailing; work; primary; location; geo; ip; detected; origin of number; select; choose; 2; 3; 1; c',
  'codigo; cod; sigla; abreviatura; abreviado; iso; nome; nombre; nom; prefixo; prefijo; prefixe; prefisso; indicativo; indicatif; telefonico; telefonica; endereco; direccion; adresse; residencia; residence; residenza; regiao; region; e; o; ou; y; numero; numeros; codice; sigle; kurzel; kennzeichen; kennung; vorwahl; kode; kod; koda; kodas; kods; naam; navn; namn; nimi; nazwa; nazev; nazov; nume; ime; koodi; tunnus; predvolba; wohnsitz; wohnort',
  'код; кода; название; назва; номера; телефона; телефону; κωδικος; ονομα; adi; kodu; kode; nama; ma; ten; رمز; كود; مفتاح; اسم; کد; نام; קוד; שם; कोड; नाम; 代码; 代碼; 编码; 编号; 名称; 名; 号; 号码; コード; 番号; 코드; 번호; 명; 이름; รหัส; ชื่อ; 地区; 地區; 或; 的',
  'customer; client; contact; lead; user; member; person; subscriber; billing; shipping; cliente; contato; contacto; kunde; kunden; klient; klienta',
];
/** Alone they say little: of a country only where all cells below do. */
export const SHORT_COUNTRY_TITLES = [
  'iso; iso code; iso codes; iso 2; iso 3; iso alpha 2; iso alpha 3; iso 3166; iso 3166 1; iso 3166 1 alpha 2; iso 3166 alpha 2; alpha 2; alpha 3; alpha 2 code; alpha 3 code; codigo iso; cod iso; code iso; codice iso; iso kod; iso kode; iso koodi; iso landercode; iso kodu; код iso; 2 letter code; nation; nationkod; market; mercado; markt; marche; ddi; cc; ctry; flag',
];
/** Titles of parts of a country, of languages, of money: two letters below are none of a country. */
export const NO_COUNTRY_WORDS = [
  'state; states; st; province; prov; county; region; district; department; city; town; zip; postal; language; lang; locale; currency; gender; sex; size; initials; category; uf; estado; estados; provincia; regiao; departamento; municipio; cidade; ciudad; distrito; idioma; lingua; lenguaje; moeda; moneda; genero; sexo; tamanho; talla; ddd; iniciais; iniciales; categoria',
  'etat; departement; langue; devise; sexe; taille; bundesland; kanton; sprache; wahrung; geschlecht; grosse; stato; regione; comune; citta; valuta; sesso; taglia; provincie; gemeente; taal; geslacht; maat; sprak; sprog; valuutta; kieli; wojewodztwo; jezyk; waluta; kraj urodzenia; jazyk; nyelv; limba; judet; область; регион; город; язык; валюта; мова; η γλωσσα; sehir; il; ilce; dil; bahasa; provinsi; kota; ngon ngu; tinh; 省; 州; 语言; 語言; 货币; 言語; 都道府県; 언어; 지역; จังหวัด; ภาษา; اللغة; المدينة; المحافظة; שפה; עיר; भाषा; राज्य; शहर',
];

/** What else people call countries: names that no list of today's names has. */
export const COUNTRY_NAMES: Readonly<Record<string, string>> = {
  AE: 'uae; emirates',
  BA: 'bosnia',
  BO: 'bolivia',
  CD: 'dr congo; drc; democratic republic of the congo',
  CG: 'congo; republic of the congo',
  CI: 'ivory coast',
  CV: 'cape verde',
  CZ: 'czech republic; republica tcheca; republica checa',
  GB: 'uk; great britain; britain; england; scotland; wales; northern ireland; inglaterra; angleterre; inghilterra; gra bretanha; gran bretana',
  IR: 'islamic republic of iran',
  KR: 'korea; republic of korea; coreia; corea',
  LA: 'lao pdr',
  MD: 'republic of moldova',
  MK: 'macedonia',
  MM: 'burma',
  NL: 'holland; the netherlands; holanda; hollande; olanda',
  PS: 'palestine; palestina',
  RU: 'russian federation',
  SY: 'syrian arab republic',
  SZ: 'swaziland',
  TR: 'turkey; turkiye',
  TW: 'taiwan',
  TZ: 'united republic of tanzania',
  US: 'usa; u s a; u s; united states of america; america; eua; e u a; eeuu; ee uu; estados unidos da america; estados unidos de america; etats unis d amerique; vereinigte staaten von amerika',
  VE: 'venezuela; bolivarian republic of venezuela',
  VN: 'viet nam; vietnam',
};

/** ISO 3166 alpha-3 behind each alpha-2. */
export const ALPHA_3 =
  'AC:ASC AD:AND AE:ARE AF:AFG AG:ATG AI:AIA AL:ALB AM:ARM AO:AGO AR:ARG AS:ASM AT:AUT AU:AUS AW:ABW AX:ALA AZ:AZE ' +
  'BA:BIH BB:BRB BD:BGD BE:BEL BF:BFA BG:BGR BH:BHR BI:BDI BJ:BEN BL:BLM BM:BMU BN:BRN BO:BOL BQ:BES BR:BRA BS:BHS ' +
  'BT:BTN BW:BWA BY:BLR BZ:BLZ CA:CAN CC:CCK CD:COD CF:CAF CG:COG CH:CHE CI:CIV CK:COK CL:CHL CM:CMR CN:CHN CO:COL ' +
  'CR:CRI CU:CUB CV:CPV CW:CUW CX:CXR CY:CYP CZ:CZE DE:DEU DJ:DJI DK:DNK DM:DMA DO:DOM DZ:DZA EC:ECU EE:EST EG:EGY ' +
  'EH:ESH ER:ERI ES:ESP ET:ETH FI:FIN FJ:FJI FK:FLK FM:FSM FO:FRO FR:FRA GA:GAB GB:GBR GD:GRD GE:GEO GF:GUF GG:GGY ' +
  'GH:GHA GI:GIB GL:GRL GM:GMB GN:GIN GP:GLP GQ:GNQ GR:GRC GT:GTM GU:GUM GW:GNB GY:GUY HK:HKG HN:HND HR:HRV HT:HTI ' +
  'HU:HUN ID:IDN IE:IRL IL:ISR IM:IMN IN:IND IO:IOT IQ:IRQ IR:IRN IS:ISL IT:ITA JE:JEY JM:JAM JO:JOR JP:JPN KE:KEN ' +
  'KG:KGZ KH:KHM KI:KIR KM:COM KN:KNA KP:PRK KR:KOR KW:KWT KY:CYM KZ:KAZ LA:LAO LB:LBN LC:LCA LI:LIE LK:LKA LR:LBR ' +
  'LS:LSO LT:LTU LU:LUX LV:LVA LY:LBY MA:MAR MC:MCO MD:MDA ME:MNE MF:MAF MG:MDG MH:MHL MK:MKD ML:MLI MM:MMR MN:MNG ' +
  'MO:MAC MP:MNP MQ:MTQ MR:MRT MS:MSR MT:MLT MU:MUS MV:MDV MW:MWI MX:MEX MY:MYS MZ:MOZ NA:NAM NC:NCL NE:NER NF:NFK ' +
  'NG:NGA NI:NIC NL:NLD NO:NOR NP:NPL NR:NRU NU:NIU NZ:NZL OM:OMN PA:PAN PE:PER PF:PYF PG:PNG PH:PHL PK:PAK PL:POL ' +
  'PM:SPM PR:PRI PS:PSE PT:PRT PW:PLW PY:PRY QA:QAT RE:REU RO:ROU RS:SRB RU:RUS RW:RWA SA:SAU SB:SLB SC:SYC SD:SDN ' +
  'SE:SWE SG:SGP SH:SHN SI:SVN SJ:SJM SK:SVK SL:SLE SM:SMR SN:SEN SO:SOM SR:SUR SS:SSD ST:STP SV:SLV SX:SXM SY:SYR ' +
  'SZ:SWZ TC:TCA TD:TCD TG:TGO TH:THA TJ:TJK TK:TKL TL:TLS TM:TKM TN:TUN TO:TON TR:TUR TT:TTO TV:TUV TW:TWN TZ:TZA ' +
  'UA:UKR UG:UGA US:USA UY:URY UZ:UZB VA:VAT VC:VCT VE:VEN VG:VGB VI:VIR VN:VNM VU:VUT WF:WLF WS:WSM XK:XKX YE:YEM ' +
  'YT:MYT ZA:ZAF ZM:ZMB ZW:ZWE';

/** What a cell says that knows no country; `other` is a country, and not the one that others are from. */
export const NOT_KNOWN_VALUES = [
  'unknown; not known; not specified; unspecified; not provided; not set; not available; no answer; no data; blank; empty; tbd; select; please select; select country; desconhecido; nao informado; nao informada; nao especificado; nao sei; sem informacao; sem dados; n d; s i; selecione; em branco; vazio; desconocido; no informado; no especificado; sin datos; sin informacion; seleccione; inconnu; non renseigne; non precise; non specifie; unbekannt; keine angabe; k a; sconosciuto; non specificato; onbekend; nieznany; neznamy; неизвестно; не указано; не указана; невідомо; bilinmiyor; belirtilmemis; غير معروف; غير محدد; לא ידוע; tidak diketahui; khong ro; 未知; 不明; 不详; 未設定; 알 수 없음; 미상; ไม่ระบุ',
];
