/**
 * Titles of columns that say who opted out, and what their cells say besides yes, no and a date. Accents and case do not
 * matter; several languages a line.
 */

/** A yes, or a date, means opted out. What is about e-mail only is left out. */
export const OPTED_OUT_TITLES = [
  'opted out; opted out at; opt out; optout; is opted out; opted out on; opt out date; opt out at; opted out date; whatsapp opt out; whatsapp opted out; sms opt out; marketing opt out; has opted out; unsubscribed; unsubscribe; is unsubscribed; unsubscribed at; unsubscribed on; unsubscribe date; unsubscribed date; unsub; do not contact; do not disturb; do not message; do not send; dont contact; dnd; dnc; no contact; blacklist; blacklisted; blocklist; blocklisted; blocked; is blocked; blocked at; unsub time; unsubscribe time; unsubscribed time; opted out of marketing; global unsubscribe; whatsapp unsubscribed; opt out status; suppressed',
  'descadastrado; descadastrada; descadastrados; descadastro; descadastrou; descadastrado em; data de descadastro; data do descadastro; descadastrado whatsapp; nao perturbe; nao contatar; nao contactar; nao enviar; nao receber; bloqueado; bloqueada; bloqueados; bloqueado pelo contato; saiu da lista; sair da lista; quer sair da lista; deseja sair da lista; inscricao cancelada; opt out whatsapp; optou por sair; lista negra; baja; de baja; dado de baja; dada de baja; fecha de baja; no contactar; no molestar; no enviar; cancelo suscripcion; desuscrito; desuscripto; suscripcion cancelada; dado de baja el',
  'desabonne; desabonnee; desinscrit; desinscrite; desinscription; desabonnement; date de desabonnement; date de desinscription; ne pas contacter; ne pas deranger; liste noire; abgemeldet; abgemeldet am; abmeldung; abbestellt; abmeldedatum; nicht kontaktieren; nicht anschreiben; werbesperre; sperrliste; disiscritto; disiscritta; disiscritti; disiscrizione; non contattare; data disiscrizione; uitgeschreven; afgemeld; uitgeschreven op; niet benaderen; niet contacteren',
  'afmeldt; frameldt; avmeldt; avregistrerad; avprenumererad; avslutad prenumeration; peruutettu; ala ota yhteytta; wypisany; wypisana; wypisani; rezygnacja; nie kontaktowac; odhlasen; odhlaseny; odhlasena; nekontaktovat; leiratkozott; leiratkozva; dezabonat; odjavljen; απεγγραφη; διαγραφηκε; отписан; отписался; отписалась; отписка; дата отписки; не беспокоить; не писать; черный список; відписаний; відписався; відписка; отписани; abonelikten cikti; abonelikten cikan; listeden cikti; iletisim izni yok; rahatsiz etme',
  'الغاء الاشتراك; ملغي الاشتراك; ألغى الاشتراك; لا تزعج; لغو عضویت; عضویت لغو شده; מוסר; הוסר; הסרה; הוסר מהרשימה; לא ליצור קשר; berhenti berlangganan; berhenti; jangan hubungi; nyahlanggan; huy dang ky; da huy dang ky; khong lien he; 退订; 已退订; 取消订阅; 勿扰; 黑名单; 退訂; 取消訂閱; 配信停止; 配信停止済み; 購読解除; 수신거부; 수신 거부; 구독취소; 구독 취소; ยกเลิกการรับ; ยกเลิกการสมัคร',
];

/** A no means opted out; a yes, a date and an empty cell change nothing. */
export const SUBSCRIBED_TITLES = [
  'opted in; opt in; optin; opt in status; optin status; is opted in; whatsapp opt in; whatsapp optin; whatsapp opted in; marketing opt in; sms opt in; subscribed; is subscribed; whatsapp subscribed; allow broadcast; allowbroadcast; receives messages; accepts marketing; accepts sms marketing; accepts whatsapp marketing; accepts messages; marketing consent; whatsapp consent; iys; iys izni; iys izin; iys izin durumu; iys durumu; iys onayi',
  'consent; consentimento; consentimiento; consentement; einwilligung; consenso; toestemming; samtykke; samtycke; zgoda; souhlas; hozzajarulas; consimtamant; согласие; згода; onay; موافقة; הסכמה; persetujuan; 同意; consent status; status do consentimento',
  'aceita receber mensagens; aceita mensagens; aceita receber; quer receber mensagens; deseja receber mensagens; permitir transmissao; acepta recibir mensajes; inscrito; inscrita; inscritos; suscrito; suscripto; suscrita; abonne; abonnee; inscrit; angemeldet; abonniert; iscritto; iscritta; aangemeld; ingeschreven; подписан; abone; الاشتراك; مشترك; berlangganan; dang ky nhan tin; 已订阅; 订阅; 수신동의; 수신 동의',
];

/** Columns of a state in which one of these words means opted out; anything else changes nothing. */
export const STATUS_TITLES = [
  'subscription status; whatsapp status; whatsapp subscription status; status da inscricao; status de inscricao; situacao da inscricao; estado de suscripcion; statut abonnement; abostatus; stato iscrizione',
];

/** What a cell says of a person who opted out. */
export const OPTED_OUT_VALUES = [
  'opted out; opt out; optout; unsubscribed; unsubscribe; unsub; withdrawn; revoked; denied; declined; refused; do not contact; dnd; blocked; blacklisted; suppressed; not subscribed; non subscribed; never subscribed; do not send; do not allow; do not message; do not text; do not call; not allowed; stop',
  'disagree; i disagree; i do not agree; i don t agree; do not agree; don t agree; not agreed; i do not accept; i don t accept; i do not consent; i don t consent; do not consent; i do not want; i don t want; i refuse; i decline; refuse; refuses; decline; declines; not accepted; not granted; not given; prefiro nao; prefiro nao receber; recuso; rejeito; discordo; prefiero no; rechazo; me niego; je refuse; refuse; refus; je ne souhaite pas; je n accepte pas; pas d accord; ich lehne ab; lehne ab; ich mochte nicht; ich will nicht; ich stimme nicht zu; nicht einverstanden; nicht erteilt; rifiuto; rifiuta; weiger; geweigerd; odmitam; nesouhlasim; odmawiam; отказ; отказался; отказалась; отказываюсь; ret; reddedildi; kabul etmiyorum; istemiyorum; menolak; 不同意; 不接受; 拒绝; 拒絕; 拒否; 同意しない; 同意しません; 希望しない; 希望しません; 미동의; 비동의; 동의안함; 동의하지 않음; 거부',
  'descadastrado; descadastrada; bloqueado; bloqueada; recusado; recusada; recusou; negado; negada; revogado; revogada; retirado; removido; removida; desinscrito; desinscrita; nao enviar; nao contatar; nao perturbe; nao autorizado; nao aceita; baja; de baja; dado de baja; dada de baja; rechazado; rechazada; revocado; no contactar; no enviar; desuscrito; desabonne; desabonnee; desinscrit; desinscrite; abgemeldet; abbestellt; widerrufen; abgelehnt; disiscritto; disiscritta; revocato; negato; uitgeschreven; afgemeld; wypisany; wycofana; odhlasen; leiratkozott; dezabonat; отписан; отписался; отписалась; отозвано; відписаний; відписався; abonelikten cikti; الغى الاشتراك; ملغي; הוסר; berhenti; huy; 退订; 已退订; 配信停止; 수신거부; 거부',
];

/** What people are out of: messages, or all there is. */
export const EVERYTHING_VALUES = [
  'whatsapp; sms; text; texts; messages; messaging; marketing; all; all channels; all messages; everything; any; mensagens; todas; todos; tudo; todas as mensagens; todos os canais; mensajes; todo; todos los canales; tous; tout; toutes; tous les canaux; alle; alles; alle kanale; tutti; tutto; tutte; все; всё; hepsi; tumu; semua; 全部; すべて; 전체',
];

/** What a cell says of a person who did not. */
export const SUBSCRIBED_VALUES = [
  'subscribed; opted in; opt in; optin; in; active; granted; given; allowed; accepted; confirmed; allow; send; never; not opted out; none; inscrito; inscrita; ativo; ativa; concedido; suscrito; suscrita; activo; activa; abonne; abonnee; inscrit; actif; angemeldet; aktiv; erteilt; iscritto; iscritta; attivo; aangemeld; actief; подписан; активен; abone; aktif; 已订阅; 订阅; 구독',
];

/** Titles of a status with one of these may be about anything. */
export const STATUS_WORDS = [
  'status; state; stage; flag; situacao; estado; estatus; etapa; statut; etat; stato; zustand; stand; toestand; tilstand; tillstand; tila; stan; stav; allapot; stare; stanje; seisund; busena; statuss; κατασταση; статус; состояние; стан; състояние; стање; durum; durumu; veziyyet; holati; الحالة; حالة; وضعیت; حالت; סטטוס; מצב; स्थिति; অবস্থা; நிலை; trang thai; tinh trang; keadaan; hali; kalagayan',
];

/** In a status of whatever these still mean nothing else; `blocked`, `declined`, `baja` may be about an order or a job. */
export const UNMISTAKABLE_VALUES = [
  'opted out; opt out; optout; optedout; unsubscribed; unsubscribe; unsub; unsubbed; has unsubscribed; do not contact; do not message; do not disturb; do not send; dnd; dont contact; blacklisted; suppressed; removed from list; stopped messages',
  'descadastrado; descadastrada; descadastrou; pediu descadastro; pediu para sair; pediu para nao receber; saiu da lista; sair da lista; nao perturbe; nao contatar; nao contactar; nao enviar; nao quer receber; nao quer receber mensagens; nao deseja receber mensagens; inscricao cancelada; optou por sair; lista negra',
  'desuscrito; desuscrita; desuscripto; desuscripta; desinscrito; desinscrita; dado de baja de la lista; baja de la lista; suscripcion cancelada; cancelo suscripcion; no contactar; no molestar; no enviar; no desea recibir mensajes; desabonne; desabonnee; desinscrit; desinscrite; ne pas contacter; ne pas deranger; liste noire',
  'abgemeldet; vom newsletter abgemeldet; nicht kontaktieren; nicht anschreiben; werbesperre; disiscritto; disiscritta; non contattare; afgemeld; niet benaderen; niet contacteren; frameldt; avmeldt; avprenumererad; wypisany z listy; wypisana z listy; nie kontaktowac; odhlasen z odberu; nekontaktovat; leiratkozott; dezabonat; odjavljen',
  'отписан; отписана; отписался; отписалась; не беспокоить; не писать; відписаний; відписався; відписалась; абонамент отказан; abonelikten cikti; listeden cikti; rahatsiz etme; الغى الاشتراك; الغاء الاشتراك; ملغي الاشتراك; لا تزعج; לא ליצור קשר; הוסר מהרשימה; berhenti berlangganan; jangan hubungi; huy dang ky; da huy dang ky; khong lien he; 退订; 已退订; 取消订阅; 已取消订阅; 勿扰; 退訂; 已退訂; 取消訂閱; 配信停止; 配信停止済み; 購読解除; 수신거부; 수신 거부; 구독취소; 구독 취소; ยกเลิกการรับ; ยกเลิกการสมัคร',
];
