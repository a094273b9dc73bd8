/**
 * Words by which titles say that a column holds numbers, by language. Divided by semicolons; accents and case do not
 * matter. `*` stands for more letters: most languages write `Mobilfunknummer` as one word. Words of scripts that put no
 * blanks between words are found anywhere in a title.
 */

/** The strongest: whatever stands around it. */
export const WHATSAPP_WORDS = [
  '*whatsapp*; *watsapp*; *whatsap; whats; whatapp; whatsup; wa; waid; wpp; wapp; wsp; zap; zapp; zapzap; wasap; guasap; wassap',
  '*واتساب*; *واتس*; واتس اب; *واتسآپ*; *واٹس ایپ*; *ווטסאפ*; *וואטסאפ*; *ватсап*; *вотсап*; *вацап*; *уатсап*',
  '*व्हाट्सएप*; *व्हाट्सऐप*; *व्हाट्सअप*; *वाट्सएप*; *হোয়াটসঅ্যাপ*; *ওয়াটসঅ্যাপ*; *வாட்ஸ்அப்*; *వాట్సాప్*; *വാട്സ്ആപ്പ്*; *વોટ્સએપ*',
  'ワッツアップ; 왓츠앱; 왓쯔앱; วอตส์แอป; วอทส์แอป',
];

export const MOBILE_WORDS = [
  // en, pt, es, gl, ca
  'mobile*; mob; mo no; mo num; cell; cellphone*; cellular; celular*; cel; sms; movil*; telemovel; telemoveis; tlm; mobil; smartphone',
  // fr, it, de, nl, lb
  'portable; portables; gsm*; natel; cellulare; cellulari; cellulaire; handy; handys; handy*nummer*; handynr; mobil*nummer*; mobilnr; mobilfunk*; mobiltel*; mobiel*; *mobilnummer; *handynummer',
  // da, no, sv, fi, is, et, lv, lt
  'mobiltlf; mobilen; mobilnummeret; matkapuhel*; kannykka*; farsimi; gemsi; mobiil*; mobilais; mobila; mobilus; mobilaus',
  // pl, cs, sk, hu, ro, hr, sr, sl, sq
  'komorka; komorki; komorkow*; kom; mobilni*; mobilny*; mobilneho; mobilu; mobilem; mobilszam*; mobiltelefon*; mobitel*; celulari; mobilul',
  // el, ru, uk, be, bg, mk, kk
  'κινητο*; мобил*; мобіл*; мабіл*; моб; сотов*; стільник*; ұялы',
  // tr, az, uz
  'cep tel*; cep no*; cep numara*; cep telefonu; mobil nomre',
  // ar, fa, ur, he
  '*جوال*; *موبايل*; *موبایل*; *موبائل*; *محمول*; *نقال*; *خلوي*; *همراه*; *נייד*; *סלולר*',
  // hi, mr, bn, ta, te, ml, kn, gu, pa, si, ne
  '*मोबाइल*; *मोबाईल*; *মোবাইল*; *மொபைல்*; *கைபேசி*; *அலைபேசி*; *మొబైల్*; *മൊബൈൽ*; *ಮೊಬೈಲ್*; *મોબાઇલ*; *મોબાઈલ*; *ਮੋਬਾਈਲ*; *ජංගම*',
  // id, ms, tl, vi, sw
  'hp; nohp; no hp; handphone; ponsel; seluler; telepon genggam; bimbit; so di dong; di dong; dtdd; sdt di dong; mkononi; rununu',
  // zh, ja, ko, th, lo, my, km
  '手机; 手機; 移动电话; 行動電話; 流動電話; 携帯; ケータイ; スマホ; モバイル; 휴대폰; 휴대전화; 휴대번호; 핸드폰; 핸폰; 모바일; มือถือ; ມືຖື; မိုဘိုင်း; ទូរស័ព្ទដៃ',
];

export const PHONE_WORDS = [
  // en, pt, es
  'phone*; *phone; *phones; telephone*; tel; tels; tele; ph; telf; tlf; tlfn; tfno; tf; fone; fones; telefone*; telefono*; fono; msisdn; e164; e 164; contact number; contact no; contact num; contact numbers; contact nos; contact nr; dialable; callable; numero de contato; numero para contato; numero de contacto; sdt',
  // fr, it, de, nl
  'telephone*; telefoni*; *telefon; *telefonnummer; telefon*; rufnummer*; ruf nr; fernsprech*; telefoon*; *telefoonnummer; telnr; telefonnr; telnummer',
  // fi, is, et, hu, pl, cs, sk, ro, lt, lv
  'puhelin*; puh; puhnro; simi; simanumer; telefon*; telefonszam*; tel szam; talrunis; talruna; talr',
  // af, ka, hy, mn
  'selfoon*; telefoon*; ტელეფონ*; მობილურ*; հեռախոս*; բջջային*; утас*; утасны*',
  // el, ru, uk, bg, sr, mk, kk
  'τηλεφων*; τηλ; телефон*; тел; телеф; тлф',
  // ar, fa, ur, he
  '*هاتف*; شماره تماس; *تلفون*; *تليفون*; *تلفن*; *فون*; *טלפון*; טל; *תלפון*',
  // hi, mr, bn, ta, te, ml, kn, gu, pa
  '*फोन*; *दूरभाष*; संपर्क नंबर; सम्पर्क नंबर; *ফোন*; *தொலைபேசி*; *ஃபோன்*; *ఫోన్*; *ഫോൺ*; *ഫോണ്*; *ಫೋನ್*; *ಫೋನ್*; *દૂરવાણી*; *ફોન*; *ਫੋਨ*; *දුරකථන*',
  // id, ms, tl, vi, sw, am
  'telepon*; telpon*; telfon*; telp; tlp; no tlp; dien thoai; so dien thoai; sodt; so dt; simu; *ስልክ*',
  // zh, ja, ko, th, lo, my, km
  '电话; 電話; 联系方式; 聯絡方式; 聯繫方式; 联络电话; 전화; 연락처; 폰번호; 폰 번호; 電話番号; โทรศัพท์; เบอร์โทร; เบอร์ติดต่อ; หมายเลขโทร; โทร; ໂທລະສັບ; ເບີໂທ; ဖုန်း; ទូរស័ព្ទ',
];

/** Beside a word for a phone: a number that has WhatsApp less often, or reaches several people. */
export const LANDLINE_WORDS = [
  'landline; home; work; office; business; company; fixed; fixo; fixa; fixos; residencial; comercial; empresa; casa; trabalho; recado; recados; fijo; fija; trabajo; oficina; domicilio',
  'fixe; domicile; bureau; travail; fisso; ufficio; festnetz*; privat; geschaftlich; dienstlich; vast; vaste; thuis; werk; kontor; arbete; arbejde; hjem; hem; koti; tyo',
  'stacjonarny; domowy; sluzbowy; pevna; pevny; linka; domu; prace; vezetekes; otthoni; munkahelyi; fix; domiciliu; serviciu; σταθερο; домашн*; рабоч*; городск*; стационарн*; робоч*; домашній',
  'ev tel*; is tel*; sabit; ارضي; المنزل; العمل; ثابت; خانه; محل کار; בית; עבודה; rumah; kantor; pejabat; nha rieng; may ban; de ban; co dinh; nyumbani; kazini; घर; कार्यालय',
  '固定; 座机; 固话; 市话; 公司; 自宅; 会社; 勤務先; 固定電話; 집; 자택; 회사; 사무실; 유선; บ้าน; ที่ทำงาน',
  'emergency; emergencia; assistant; secretary; recepcao; reception; switchboard; zentrale; centralino; pabx',
];

/** Beside a word for a number: it is that of another person. */
export const OTHER_PERSON_WORDS = [
  'emergency; referrer; referral; referred; seller; salesman; saleswoman; salesperson; sales rep; agent; manager; spouse; husband; wife; partner; assistant; secretary; attendant',
  'emergencia; vendedor; vendedora; atendente; corretor; corretora; gerente; secretaria; conjuge; esposo; esposa; marido; parceiro; parceira; indicador; indicado por; indicacao; consultor; consultora; comercial asignado',
  'vendeur; vendeuse; conjoint; conjointe; urgence; verkaufer; verkauferin; notfall; notfallkontakt; ehepartner; betreuer; venditore; emergenza; coniuge; verkoper; noodgeval; partnera; sprzedawca; продавец; продавца; менеджер; менеджера; satici; acil durum',
  // of the one who sends or delivers
  'store; shop; branch; outlet; sender; sent by; driver; courier; rider; employee; staff; representative; supplier; loja; lojas; filial; remetente; motorista; entregador; entregadora; motoboy; funcionario; funcionaria; fornecedor; representante; tienda; sucursal; remitente; conductor; chofer; repartidor; repartidora; empleado; empleada; proveedor',
  'magasin; boutique; expediteur; chauffeur; livreur; fournisseur; laden; ladens; filiale; absender; absenders; fahrer; fahrers; fahrerin; negozio; mittente; autista; corriere; winkel; afzender; sklep; nadawca; kierowca; kurier; магазин; магазина; отправитель; отправителя; водитель; водителя; курьер; курьера; magaza; gonderen; surucu; sofor; kurye; toko; pengirim; sopir; kurir; المتجر; المرسل; السائق; 店铺; 店鋪; 门店; 商家; 寄件人; 发件人; 司机; 骑手; 店舗; 送信者; 매장; 발신자',
  // of the one who serves, asks, lets or recommends
  'support; helpdesk; help desk; hotline; call center; callcenter; customer service; customer care; assigned; assignee; account manager; account owner; account executive; host; hosts; landlord; landlady; lessor; referred by; recommended by; who referred; receptionist; operator; admin; administrator; advisor; adviser; broker; realtor; recruiter; coach; trainer; tutor; suporte; atendimento; sac; central; responsavel pelo atendimento; atribuido; designado; quem indicou; indicou; quem recomendou; recomendado por; anfitriao; anfitria; locador; locadora; senhorio; recepcionista; administrador; assessor; assessora; instrutor; instrutora; personal trainer; imobiliaria',
  'soporte; asistencia; atencion al cliente; asignado; quien recomendo; quien refirio; referido por; anfitrion; anfitriona; arrendador; arrendadora; casero; casera; asesor; asesora; inmobiliaria; assistance; service client; sav; attribue; parrain; marraine; recommande par; hote; hotesse; bailleur; proprietaire bailleur; conseiller; conseillere; kundendienst; kundenservice; zugewiesen; empfohlen von; geworben von; werber; gastgeber; gastgeberin; vermieter; vermieters; vermieterin; berater; beraterin; assistenza; servizio clienti; assegnato; consigliato da; padrone di casa; locatore; consulente; klantenservice; toegewezen; aanbevolen door; gastheer; gastvrouw; verhuurder; adviseur',
  'obsluga klienta; gospodarz; wynajmujacy; doradca; podpora; hostitel; pronajimatel; поддержка; поддержки; арендодатель; арендодателя; консультант; консультанта; оператор; оператора; destek; ev sahibi; danisman; الدعم; المضيف; المؤجر; الوكيل; tuan rumah; pemilik kos; dukungan; chu nha; ho tro; 客服; 房东; 房東; 推荐人; 推薦人; サポート; 大家; 紹介者; 고객센터; 추천인; 집주인; ฝ่ายสนับสนุน; เจ้าของบ้าน; ผู้แนะนำ',
  // of those who treat, repair, look after or lead
  'dentist; nurse; therapist; technician; installer; mechanic; plumber; electrician; lawyer; attorney; accountant; caregiver; babysitter; pet sitter; stylist; barber; influencer; affiliate; supervisor; coordinator; boss; director; dispatcher; contractor; vendor; distributor; reseller; speaker; pastor; priest; dentista; enfermeiro; enfermeira; terapeuta; psicologo; psicologa; tecnico; tecnica; instalador; instaladora; mecanico; encanador; eletricista; advogado; advogada; contador; contadora; cuidador; cuidadora; cabeleireiro; cabeleireira; barbeiro; manicure; afiliado; afiliada; supervisora; coordenador; coordenadora; chefe; diretor; diretora; distribuidor; revendedor; revendedora; palestrante; sindico; sindica; zelador; zeladora; porteiro; pastora',
  'enfermero; enfermera; electricista; abogado; abogada; peluquero; peluquera; coordinador; coordinadora; jefe; jefa; directora; dentiste; infirmier; infirmiere; therapeute; technicien; technicienne; avocat; avocate; comptable; coiffeur; coiffeuse; chef; directeur; directrice; zahnarzt; arzt; pfleger; techniker; anwalt; steuerberater; friseur; chef; leiter; leiterin; tecnico; infermiere; avvocato; commercialista; parrucchiere; direttore; tandarts; verpleegkundige; monteur; advocaat; boekhouder; kapper; врач; врача; техник; юрист; мастер; мастера; doktor; avukat; teknisyen; dokter; teknisi; pengacara',
  // of the family
  'mother; mom; mum; father; dad; brother; sister; daughter; grandmother; grandfather; neighbor; neighbour; teacher; doctor; mae; pai; irmao; irma; filho; filha; avo; vizinho; vizinha; professor; professora; medico; medica; madre; mama; padre; papa; hermano; hermana; hijo; hija; abuelo; abuela; vecino; vecina; maestro; maestra',
  'mere; pere; frere; soeur; mutter; vater; bruder; schwester; moeder; vader; matka; ojciec; мать; матери; мама; мамы; отец; отца; папа; папы; anne; baba; ibu; ayah; الام; الاب; 母亲; 母親; 妈妈; 父亲; 父親; 爸爸; お母さん; お父さん; 어머니; 아버지',
  // of the person, but no more
  'old; previous; former; antigo; antiga; anterior; anteriores; velho; viejo; vieja; antiguo; antigua; ancien; ancienne; vecchio; precedente; stary; старый; eski; 旧',
];

/** Beside a word for a number: a firm's or an account's, which may be the same for everybody. */
export const INSTITUTION_WORDS = [
  'company; firm; office; clinic; hospital; practice; school; college; university; agency; organization; organisation; institution; hotel; restaurant; pharmacy; salon; gym; church; team; department; account; accounts; headquarters; main line; empresa; firma; escritorio; clinica; consultorio; escola; faculdade; agencia; instituicao; organizacao; restaurante; farmacia; salao; academia; igreja; equipe; setor; conta; contas; matriz; sede',
  'oficina; colegio; escuela; universidad; institucion; organizacion; gimnasio; iglesia; equipo; cuenta; entreprise; societe; cabinet; clinique; ecole; agence; bureau; equipe; compte; unternehmen; firmen*; buro; praxis; schule; agentur; verein; konto; team; azienda; ufficio; studio; scuola; agenzia; palestra; squadra; account; bedrijf; kantoor; praktijk; school; rekening; spolka; biuro; szkola; konto; фирма; фирмы; компания; компании; офис; офиса; клиника; клиники; школа; школы; аккаунт; аккаунта',
  'sirket; ofis; klinik; okul; hesap; hesabi; الشركة; المكتب; العيادة; المدرسة; الحساب; perusahaan; kantor; sekolah; akun; cong ty; van phong; tai khoan; 公司; 诊所; 診所; 学校; 學校; 账号; 帳號; 会社; 会社の; 病院; アカウント; 회사; 병원; 학교; 계정; บริษัท; คลินิก; โรงเรียน; บัญชี',
];

/** Beside a word for a phone, what says which of a person's own phones it is. */
export const OWN_LANDLINE_WORDS = [
  'home; work; business; office; landline; fixed; default; address; day; daytime; evening; house; residence; residential; line; fixo; fixa; residencial; comercial; casa; trabalho; profissional; recado; recados; fijo; fija; trabajo; oficina; domicilio; profesional; linea; fixe; domicile; bureau; travail; professionnel; pro; fisso; casa; ufficio; lavoro; festnetz*; privat; privates; privater; geschaftlich; dienstlich; beruflich; arbeit; zuhause; vast; vaste; thuis; werk; prive; zakelijk; kontor; arbete; arbejde; arbeid; jobb; hjem; hem; hemma; koti; tyo',
  'stacjonarny; domowy; sluzbowy; pevna; pevny; linka; domu; prace; vezetekes; otthoni; munkahelyi; fix; domiciliu; serviciu; σταθερο; домашн*; рабоч*; городск*; стационарн*; робоч*; домашній; ev; is; sabit; ارضي; المنزل; العمل; ثابت; خانه; محل کار; בית; עבודה; rumah; kantor; pejabat; nha rieng; may ban; de ban; co dinh; nyumbani; kazini; घर; कार्यालय',
  '固定; 座机; 固话; 市话; 自宅; 勤務先; 固定電話; 집; 자택; 직장; 사무실; 유선; บ้าน; ที่ทำงาน',
];

/** Which one of the numbers of a person, and how it is written. */
export const ONE_OF_SEVERAL_WORDS = [
  'other; second; secondary; alternate; alternative; alt; additional; backup; first; another; or; and; digits; numbers; only; just; cc; all',
  'outro; outra; segundo; segunda; secundario; alternativo; alternativa; adicional; reserva; para; p; ou; e; so; somente; apenas; digitos; numeros; otro; otra; secundaria; y; o; opcional; solo; ddd; ddi; cc',
  'autre; secondaire; supplementaire; pour; joindre; ou; seul; seulement; chiffres; andere; anderer; weitere; zweite; zweiter; alternativ; oder; und; nur; ziffern; fur; altro; altra; secondo; secondario; alternativo; solo; cifre; per; tweede; ander; extra; of; en; anden; annen; annat; andra; eller; og; och',
  'inny; drugi; dodatkowy; lub; dalsi; druhy; masik; alt; другой; дополнительный; второй; или; для; связи; diger; ikinci; veya; lain; lainnya; kedua; atau; khac; phu; 备用; 其他; 予備; 기타; 다른; สำรอง',
];

/** Alone they may mean a house number or a person: taken when there is nothing better. */
export const VAGUE_WORDS = [
  'number; numbers; no; num; nr; n; numero; numeros; nummer; nummern; numer; numri; numarasi; numara; broj; cislo; szam; nomor; nombor; so; номер; номери; αριθμος; رقم; شماره; מספר; नंबर; নম্বর; 号码; 號碼; 番号; 번호; เบอร์; หมายเลข',
  'contact; contacts; contato; contatos; contacto; contactos; contatto; contatti; kontakt; kontakty; kontakti; kontak; контакт; контакты; yhteystieto; iletisim; liên hệ; lien he; hubungi; 連絡先; 联系; 聯絡; ติดต่อ',
  'recipient; recipients; to; destinatario; destinatarios; destinataire; empfanger; odbiorca; получатель; call; chamar; ligar',
];

/** What is said about a number beside it, such as its type; and other things that are no number of a person. */
export const NOT_A_NUMBER_WORDS = [
  'type; types; kind; tipo; tipos; typ; label; labels; etiqueta; rotulo; etichetta; country; pais; paese; land; region; code; codigo; codice; prefix; prefixo; prefijo; prefisso; vorwahl; indicatif; ddi; ddd; extension; ramal; ext; area; 类型; 種類; 종류; 国家; 区号',
  'verified; verificado; verifie; valid; valido; status; estado; statut; stato; exists; checked',
  'fax*; faks*; telefax; pager; telex; tty; tdd; факс; *فاكس*; *פקס*; फैक्स; 传真; 傳真; ファックス; 팩스; แฟกซ์',
  'name; names; nome; nombre; nom; naam; имя; اسم; שם; 名称; 이름; ชื่อ; model; modelo; brand; marca; carrier; operator; operadora; operador; provider',
  'opt; optin; optout; opted; consent; consents; consentimento; consentimiento; permission; permissao; permiso; subscribed; unsubscribed; blocked; blacklist; blacklisted; blocklist; blocklisted; bloqueado; bloqueada; descadastrado; descadastrada; marketing; newsletter; gdpr; lgpd; rgpd; согласие',
  'group; groups; grupo; grupos; groupe; gruppe; link; links; url; message; messages; mensagem; mensagens; mensaje; mensajes; nachricht; template; date; data; time; hora; horario; count; total; qtd; sent; enviado; enviada; delivered; read; last; ultima; ultimo; comments; notes; note; obs; error; result; owner',
];

/** Questions with yes or no as an answer: a number only when the cells say so. */
export const QUESTION_WORDS = [
  'on whatsapp; is whatsapp; whatsapp user; do you; did you; have; has; can we; can i; may we; may i; want; receive; agree; agreed; accept; accepts; allow; allowed; tem; possui; podemos; posso; aceita; aceito; autoriza; autorizo; quer; deseja; gostaria; receber; tienes; tiene; acepta; acepto; desea; quieres; recibir; avez; pouvons; acceptez; souhaitez; recevoir; haben; durfen; mochten; accetta; accetto; vuoi; ricevere; heb; hebt; mag; mogen; wil; есть; можно; согласен; согласны; chcesz; zgadzam',
];

/** What follows says how the number is to be written: `with area code`. */
export const WITH_WORDS =
  'with; com; con; avec; mit; met; med; incl; including; include; includes; inclua; incluindo; incluir; incluye; inclure; inkl; inclusive; including; sem; without; sin; ohne; sans; format; formato; exemplo; ejemplo; example; ex; eg; z s; с; со; com o; dengan';

/** Words around a number or a name that say nothing about which one it is. */
export const FILLER_WORDS = [
  'the; a; an; of; for; your; my; our; his; her; their; what; s; is; please; enter; type in; best; primary; main; preferred; current; active; valid; required; optional; value; raw; formatted; international; personal; private; customer; customers; client; clients; contact; lead; user; member; person; people; student; patient; guest; buyer; owner; parent; billing; shipping; info; field; id; e; s; 1; 2; 3',
  'o; os; as; do; da; dos; das; de; em; no; na; um; uma; seu; sua; teu; tua; qual; quais; por favor; informe; digite; insira; melhor; principal; pessoal; particular; cliente; clientes; contato; aluno; aluna; paciente; usuario; pessoa; comprador; responsavel; titular; participante; convidado; obrigatorio; y; el; la; los; las; del; tu; su; cual; es; un; una; ingrese; ingresa; escribe; mejor; contacto; persona; alumno; estudiante; invitado',
  'le; les; du; des; d; l; votre; ton; quel; quelle; est; et; un; une; il; lo; gli; di; del; della; dello; dell; tuo; suo; vostro; quale; e; der; die; das; des; ihr; ihre; dein; deine; kunde; kunden; wie; lautet; ist; bitte; und; het; een; van; uw; je; jouw; wat; klant; en; din; ditt; dit; hvad; er; vad; ar; kund',
  'twoj; twoje; pana; pani; i; klient; klienta; podaj; vas; vase; az; ugyfel; ваш; ваше; ваша; мой; клиент; клиента; клиенту; покупателя; σας; το; πελατη; musteri; musterinin; sizin; adi; العميل; الزبون; مشتري; לקוח; ग्राहक; आपका; का; की; के; pelanggan; anda; kamu; khach hang; cua ban; ya; ka',
];
