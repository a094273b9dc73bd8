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
