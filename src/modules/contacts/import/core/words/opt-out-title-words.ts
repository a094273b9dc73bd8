/**
 * Words of titles that say who opted out, for titles that are in no list of whole ones. In the notation of
 * phone-words.ts, several languages a line.
 */

/** Enough by themselves, whatever stands around them. */
export const OUT_WORDS = [
  'do not whatsapp; dont whatsapp; don t whatsapp; opt out; opts out; opted out; opting out; opt outs; optout*; optedout; unsub; unsubs; unsubscri*; dnd; dnc; blacklist*; blocklist*; black list; block list; suppressed; suppression; do not disturb; removed from list; removed from the list; removed from mailing list; left the list',
  'bloqueado para envio; bloqueada para envio; bloqueado para envios; pediu para nao receber; pediu para nao ser contatado; respondeu sair; respondeu parar; respondeu stop; descadastr*; desinscr*; desinscrev*; optou por sair; saiu da lista; sair da lista; removido da lista; removida da lista; removidos da lista; excluido da lista; excluida da lista; retirado da lista; retirada da lista; pediu para sair; pediu para parar; pediu remocao; solicitou remocao; cancelou inscricao; cancelou a inscricao; nao perturb*; nao incomod*; lista negra',
  'desuscri*; dado de baja; dada de baja; darse de baja; se dio de baja; baja de la lista; eliminado de la lista; eliminada de la lista; salio de la lista; no molestar; no moleste; lista robinson; cancelo suscripcion; cancelo la suscripcion',
  'desabonn*; retire de la liste; retiree de la liste; liste noire; ne pas deranger; bloctel; abgemeldet; abmelde*; abbestell*; werbesperre; werbewiderspruch; kontaktsperre; sperrliste; robinsonliste; disiscri*; rimosso dalla lista; rimossa dalla lista; cancellato dalla lista; lista nera; uitgeschreven; uitschrijf*; afgemeld; afmeld*; zwarte lijst',
  'afmeldt; frameldt; avmeldt; avregistrer*; avprenumerer*; wypisan*; czarna lista; odhlasen*; leiratkoz*; dezabon*; απεγγραφ*; отпис*; черный список; не беспокоить; відпис*; чорний список; abonelikten cik*; listeden cik*; rahatsiz etme*; kara liste',
  'الغاء الاشتراك; ملغي الاشتراك; لا تزعج; القائمة السوداء; لغو عضویت; הוסר מהרשימה; berhenti berlangganan; jangan hubungi; jangan ganggu; daftar hitam; nyahlanggan; huy dang ky; khong lien he; khong lam phien; 退订; 退訂; 取消订阅; 取消訂閱; 勿扰; 勿擾; 黑名单; 黑名單; 拒收; 配信停止; 配信拒否; 受信拒否; 購読解除; オプトアウト; 수신거부; 수신 거부; 구독취소; 구독 취소; 블랙리스트; ยกเลิกการรับ; ยกเลิกการสมัคร',
];

/** `No messages`, which goes with nouns. */
export const NO_MESSAGES_WORDS = [
  'no messages; no more messages; no marketing; no texts; no promotions; no advertising; sem mensagens; sem propaganda; sem promocoes; sin mensajes; sin publicidad; no mas mensajes; pas de sms; plus de sms; pas de publicite; aucun sms; aucun message; aucune publicite; pas de demarchage; keine werbung; keine nachrichten; keine whatsapp nachrichten; keine sms; kein kontakt; keine kontaktaufnahme; keine werbenachrichten; nessun messaggio; niente pubblicita; niente messaggi',
  'geen reclame; geen berichten; geen whatsapp berichten; geen sms; geen contact; ingen reklame; ingen reklam; ingen beskeder; ingen meldinger; ingen kontakt; inga meddelanden; inga sms; inget sms; ei mainoksia; ei viestejä; bez reklam; zadne zpravy; zadna reklama; nincs reklam; fara mesaje; fara reclame; без рассылки; без сообщений; без рекламы; без розсилки; reklam istemiyor; mesaj istemiyor; sms istemiyor; tanpa pesan; khong nhan tin',
];

/** What an opt-out or a consent is about when it is about messages. */
export const SUBJECT_WORDS = [
  'whatsapp; wa; waba; sms; mms; rcs; text; texts; texting; text message; message; messages; messaging; msg; msgs; marketing; broadcast; broadcasts; communication; communications; contact; contacted; contacting; notification; notifications; news; updates; offers; promotions; promotional; advertising; advertisement; ads; solicitation; campaigns; calls; phone calls; mobile; gdpr; lgpd; rgpd',
  'mensage*; comunicac*; contat*; contact*; notificac*; novidades; ofertas; promoc*; publicid*; propaganda*; divulgac*; campanhas; transmiss*; zap; torpedo*; avisos; mensaje*; comunicad*; novedades; difusion; campanas; llamadas; ligacoes',
  'communications; notifications; nouvelles; offres; publicit*; prospection; messages; demarchage; nachricht*; werb*; kontakt*; kommunikation; benachrichtig*; angebote; messagg*; comunicaz*; contatt*; notifiche; offerte; promoz*; pubblicit*; bericht*; reclame; communicatie; aanbiedingen',
  'wiadomosc*; reklam*; powiadom*; zprav*; sprav*; uzenet*; mesaj*; reclam*; сообщен*; рассыл*; уведомл*; реклам*; повідомл*; розсил*; ileti*; iletisim; bildirim*; رسائل; رسالة; הודעות; דיוור; pesan; promosi; tin nhan; quang cao; 短信; 营销; 行銷; 消息; 推送; メッセージ; 配信; 메시지; 광고; 마케팅; ข้อความ; ข่าวสาร',
];

/** A yes to what the title is about, when it is about messages: a no opts out. */
export const YES_WORDS = [
  'opt in; opts in; opted in; optin; optedin; opted; accept; accepts; accepted; accepting; allow; allows; allowed; permit; permits; permitted; permission*; agree; agrees; agreed; consent; consents; consented; authoriz*; authoris*; subscribed; subscription; subscribe; subscriber; can receive; receive; receives; receiving; want; wants; wish to; may we; may i; can we; can i; can be; ok to; okay to; happy to',
  'aceit*; autoriz*; permit*; concord*; consent*; quer; quero; deseja; desejo; gostaria; receber; recebe; podemos; posso; pode; inscrito; inscrita; acept*; quiere; quiero; desea; deseo; recibir; recibe; suscrit*; suscript*; permiso',
  'accepte*; autoris*; souhait*; veut; recevoir; recoit; abonne; abonnee; inscrit; einwillig*; werbeeinwilligung; zustimm*; erlaub*; mochte; durfen; akzeptier*; accett*; autorizz*; vuole; vuoi; ricevere; riceve; iscritto; iscritta; toestemming; accepteer*; ontvangen; wil',
  'samtyk*; samtyc*; zgod*; zgadzam; chce; souhlas*; suhlas*; hozzajarul*; acord; соглас*; разреш*; подписан*; згод*; onay*; izin*; izni; kabul; موافق*; הסכמ*; מאשר*; setuju; persetujuan; dong y; 同意; 接受; 許可; 동의; ยินยอม',
];

/** A yes to messages also where no word says so, when the title says nothing else. */
export const CONSENT_WORDS = [
  'accept; accepts; accepting; allow; allows; permit; permits; permission*; agree; agrees; agreed; agreement; consent; consents; consented; authorize; authorise; authorizes; authorises; authorization*; authorisation*; can contact; may contact; can message; may message; can text; may text; contactable; ok to message; can send; may send; can we send; may we send; wants to receive; want to receive; wants receive; can receive; wish to receive; happy to receive; ok to send; okay to send; ok to contact; opt in; optin',
  'aceita; aceite; aceito; aceitacao; autoriza; autorizo; autorizacao; autorizacoes; autorizacion; pode contatar; pode contactar; podemos contatar; podemos contactar; pode chamar; permite; permito; permissao; permissoes; concord*; consent*; quer receber; quero receber; deseja receber; desejo receber; gostaria de receber; pode enviar; podemos enviar; posso enviar; pode mandar; podemos mandar; posso mandar; pode receber; acepta; acepto; aceptacion; puede contactar; permiso; permisos; quiere recibir; quiero recibir; desea recibir; puede enviar; podemos escribir; puede recibir; conformidad; de acuerdo',
  'accepte; acceptez; acceptation; accord; autorise; autorisez; autorisation*; souhaite recevoir; veut recevoir; peut envoyer; peut recevoir; einwillig*; einverstanden; einverstandnis*; zustimm*; erlaub*; mochte erhalten; darf senden; durfen wir senden; akzeptier*; accetta; accetto; accettazione; acconsent*; autorizza; autorizzo; autorizzazione; autorizz*; consenso; vuole ricevere; puo inviare; toestemming; akkoord; accepteert; accepteer; wil ontvangen; mag sturen',
  'samtykk*; samtyck*; godkann*; suostumus; lupa; zgod*; zgadza*; chce otrzymywac; souhlas*; suhlas*; hozzajarul*; acord; acordul; privola; soglasje; συναινεση; συγκαταθεση; αποδοχη; соглас*; разреш*; згод*; дозвіл; съгласие; onay*; izin*; izni; riza; kabul; موافق*; رضایت; اجازت; הסכמ*; מאשר*; सहमति; अनुमति; setuju; persetujuan; bersedia; dong y; cho phep; 同意; 接受; 許可; 许可; 承諾; 동의; 허용; ยินยอม; อนุญาต',
];
/** What may stand around it. */
export const AROUND_CONSENT_WORDS =
  'the; a; an; to; of; for; we; you; your; us; our; i; my; is; has; have; given; it; do; does; did; date; at; on; when; yes; no; or; y; n; customer; client; person; user; lead; o; os; as; da; dos; das; em; e; de; que; se; nos; voce; lhe; te; le; cliente; contato; pessoa; aluno; paciente; usuario; data; dado; dada; sim; nao; ou; s; el; la; los; las; del; si; fecha; vous; votre; nous; du; des; oui; non; ou; datum; der; die; das; des; liegt; vor; ja; nein; kunde; kunden; il; lo; di; della; data; het; een; van; klant; клиента; клиент; да; нет; adi; var; mi; verildi';

/** Makes of what would be a yes a wish to hear no more: `Wants to leave`, `Permission denied`. */
export const LEAVING_WORDS =
  'leave; left; quit; exit; end; cancel; cancelled; canceled; remove; removed; removal; unsubscribe; unsubscribed; deny; denied; denies; decline; declined; declines; reject; rejected; without; missing; lacks; sair; saiu; parar; parou; cancelar; cancelado; cancelada; remover; remocao; removido; removida; excluir; exclusao; negado; negada; negar; rejeita; rejeitado; sem; falta; salir; salio; darse de baja; baja; eliminar; denegado; denegada; sin; quitter; arreter; supprimer; desabonner; refuse; refusee; sans; abmelden; austreten; loschen; fehlt; fehlend; ohne; uscire; cancellare; rimuovere; negato; senza; uitschrijven; stoppen; zonder; отписаться; выйти; удалить; без';

/** Topics of an opt-out that are none of messages. */
export const OTHER_TOPIC_WORDS = [
  'insurance*; assurance; warranty; warranties; guarantee; pension*; retirement; superannuation; 401 k; benefits; coverage; protection plan; healthcare; tracking; cookie*; analytics; profiling; data sharing; data sale; data selling; sale of data; selling; sharing; gift wrap; gift wrapping; receipts; invoices; paper; paperless; donation*; photo*; photography; directory; vaccin*; arbitration; union; meals; lunch; catering; delivery; renewal*; auto renewal; autopay; auto pay; autorenewal; trial; payroll; tipping; training; organ donation; testing; overtime; substitution*; packaging; bag; bags; plastic',
  'seguro; seguros; seguradora; garantia; garantia estendida; garantia extendida; previdencia; aposentadoria; plano de saude; plano odontologico; rastreamento; compartilhamento; doacao; doacoes; foto; fotos; imagem; renovacao; renovacao automatica; nota fiscal; vacina*; entrega; embalagem; vale transporte; vale refeicao; jubilacion; rastreo; donacion; donaciones; imagenes; renovacion; factura; entrega; envoltorio',
  'mutuelle; garantie; retraite; pistage; don; dons; emballage; renouvellement; cantine; versicherung*; garantieverlangerung; rente; rentenversicherung; betriebsrente; spende*; impfung*; verpackung; lieferung; kirchensteuer; assicurazion*; garanzia; pensione; donazion*; tracciamento; rinnovo; imballaggio; verzekering*; pensioen*; garantie; donatie*; verpakking',
  'ubezpieczen*; gwarancj*; emerytur*; pojisten*; zaruk*; biztositas; asigurare; страхов*; гарант*; пенси*; sigorta*; garanti; emeklilik; التامين; ביטוח; बीमा; asuransi; garansi; pensiun; bao hiem; 保险; 保險; 保険; 年金; 보험; ประกัน',
];

/** An opt-out, and what it is of behind it. */
export const OUT_OF_WORDS = [
  'opt out; opts out; opted out; opting out; opt outs; optout; optedout; unsub; unsubscribed; unsubscribe; unsubscription; descadastr*; desinscr*; desuscri*; dado de baja; dada de baja; desabonn*; abgemeldet; abmeldung; disiscri*; uitgeschreven; afgemeld; afmeldt; frameldt; avmeldt; wypisan*; odhlasen*; отпис*; відпис*',
  'of; from; out of; da; do; de; del; dos; das; du; des; de la; de l; von; vom; aus; dal; dalla; di; della; van; voor; fra; fran; z; ze; od; от; з; від',
];
/** What says no topic behind it. */
export const NO_TOPIC_WORDS =
  'all; everything; any; anything; every; future; further; our; the; your; my; list; lists; mailing list; group; groups; channel; channels; database; base; receiving; being; getting; us; it; this; them; company; brand; shop; store; campaign; campaigns; information; info; communications; marketing; date; on; at; since; reason; status; by; via; time; tudo; todos; todas; lista; listas; grupo; grupos; canal; canais; base; empresa; loja; campanha; campanhas; informacoes; data; motivo; em; todo; toda; tienda; campana; fecha; tout; toutes; tous; la; le; les; liste; listes; groupe; date; allem; allen; alle; der; die; das; dem; verteiler; gruppe; datum; am; tutto; tutti; tutte; gruppo; alles; de; lijst; groep; всего; всех; списка; группы; рассылки';

/** Makes a yes a no, right before it. */
export const NOT_WORDS =
  'cannot; can not; can t; cant; do not; dont; don t; does not; doesnt; doesn t; must not; should not; may not; not; never; no longer; nao; nunca; ne; nicht; non; niet; inte; ikke; nie; ei; не; jangan; khong; tidak';

/** After such a word always an opt-out, also when no word says that it is about messages. */
export const NOT_CONTACT_WORDS =
  'contact; message; disturb; text; sms; call; phone; market; solicit; notify; communicate; to contact; be contacted; to be contacted; contatar; contactar; contate; contacte; contactado; ligar; ligue; contacter; appeler; solliciter; demarcher; kontaktieren; anschreiben; anrufen; contattare; chiamare; contacteren; benaderen; bellen; kontakta; kontakte; kontaktuj; kontaktovat; звонить; писать; hubungi; ganggu; lien he; lam phien';

/** Verbs that are an opt-out after such a word when it is about messages. */
export const NOT_SEND_WORDS =
  'send; write; reach; market to; interested; send me; enviar; envie; enviem; mandar; mande; escrever; escreva; envoyer; senden; schicken; inviare; mandare; sturen; zenden; skicka; sende; wysylac; zasilat; отправлять; присылать; kirim; gui';

/** Spanish has its own, as `no` is short for number in the titles of other languages: right before one of these. */
export const SPANISH_NOT_CONTACT_WORDS =
  'contactar; contacte; contacten; molestar; llamar; llame; escribir; perturbar';
export const SPANISH_NOT_SEND_WORDS =
  'enviar; envie; envien; mandar; recibir; recibe; quiere; quiero; desea; deseo; acepta; acepto; autoriza; autorizo; permite; permito; consiente';

/** A no to messages. */
export const REFUSED_WORDS =
  'refused; refuses; refuse; revoked; revokes; withdrew; withdrawn; objected; objects; objection; stop; recusou; recusa; recusado; recusada; rejeitou; negou; revogou; revogado; retirou; cancelou; rechazo; rechaza; rechazado; nego; revoco; revocado; refus; revoque; opposition; oppose; widerspruch; widersprochen; widerrufen; verweigert; abgelehnt; rifiut*; revocat*; geweigerd; bezwaar; отказ*; відмов*; reddetti; رفض; סירב; menolak; tu choi; 拒绝; 拒絕; 拒否; 거부; ปฏิเสธ; 不同意; 不接受; 不接收; 不想收; 受け取らない; 希望しない; 同意しない; 동의하지; 동의 안; 원하지; ไม่ยินยอม; ไม่รับ; ไม่ต้องการ';

/** Columns of a state. */
export const STATE_WORDS =
  'status; state; statut; estado; situacao; stato; zustand; tila; durum; статус; состояние; حالة; סטטוס; trang thai; 状态; 狀態; ステータス; 상태; สถานะ';
/** What such a state is about when it says whom one may write to. */
export const STATE_SUBJECT_WORDS =
  'whatsapp; wa; sms; mms; rcs; marketing; broadcast; channel; communication; communications; subscription; subscriber; subscribed; subscriptions; consent*; permission*; optin; opt in; opted in; dnd; gdpr; lgpd; rgpd; inscric*; suscrip*; comunicac*; canal; abonnement; abo; inscription; iscrizion*; einwilligung; werbe*; toestemming; subskrypc*; zgod*; подпис*; соглас*; рассыл*; abonelik; onay; langganan; 订阅; 訂閱; 購読; 配信; 구독; 수신';

/** Beside an opt-out: what is filled for those who opted out only. */
export const ABOUT_WORDS =
  'reason*; source; by; via; through; how; channel; method; campaign; campaigns; title; other; motivo*; razao; razon; origem; origen; por; canal; metodo; campanha; campana; raison; motif; grund; quelle; kanal; durch; fonte; canale; reden; bron; причина; источник; sebep; neden; alasan; ly do; 原因; 理由; 이유; เหตุผล';

/** Beside an opt-out: what says nothing about who opted out. */
export const NOTHING_WORDS =
  'link; links; url; urls; uri; href; token; code; key; hash; id; ids; page; keyword; keywords; template; instructions; footer; button; html; count; counts; total; number; numbers; rate; percent; score; hours; start; end; until; before; after; window; period; limit; per; qtd; quantidade; numero; palavra; horario; inicio; fim; ate; codigo; enlace; pagina; limite; lien; nombre de; anzahl; stunden; conteggio; ссылка; delivered; read; failed; entregue; entregado';

/** Other ways to a person than those of a number. */
export const OTHER_CHANNEL_WORDS =
  'email*; e mail*; emailing; mail; mails; mailing*; newsletter*; post; postal; letter; letters; fax*; push; correo*; courriel*; correio; carta; postalisch; brief*; posta; boletim; boletin*; почт*; имейл; эл почта; пошт*; e posta*; eposta*; البريد; אימייל; דואר; surel; thu dien tu; 邮件; 郵件; 电子邮箱; メール; 이메일; 메일; อีเมล';
/** The ways of a number, beside which others do not matter. */
export const OWN_CHANNEL_WORDS =
  'whatsapp; wa; waba; zap; sms; mms; rcs; text; texts; phone*; telephone*; mobile*; cell; call; calls; celular; telefone; telefono; telefon*; handy; portable; torpedo; телефон*; смс; 短信; 手机; 携帯; 문자; 전화';
