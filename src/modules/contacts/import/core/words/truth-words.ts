/** How files write yes and no, by language: spreadsheets in theirs, people in their own. Accents and case do not matter. */
export const TRUE_WORDS = [
  'true; yes; y; t; 1; on; ok; x; checked; si; s; sim; verdadeiro; verdadeira; verdadero; verdadera; v; cert; veritat; oui; o; vrai; vero; ja; j; wahr; waar; sant; sand; sann; kylla; k; tosi; jah; toene; ja takk; satt; taip; tiesa',
  'tak; prawda; ano; a; pravda; igen; i; igaz; da; d; adevarat; tacno; istina; res; po; e vertete; ναι; αληθης; да; д; истина; правда; так; істина; вярно; точно; иә; evet; e; dogru; he; beli; dogrudur',
  'نعم; صح; صحيح; بله; بلی; درست; ہاں; جی ہاں; כן; נכון; אמת; हाँ; हां; सही; सत्य; होय; হ্যাঁ; সত্য; ஆம்; உண்மை; అవును; నిజం; അതെ; ಹೌದು; હા; ਹਾਂ; ඔව්; ya; iya; benar; betul; oo; opo; co; dung; ndiyo; ndio; kweli; አዎ',
  '是; 是的; 对; 真; 有; はい; 真; 예; 네; 참; ใช่; จริง; แม่น; ဟုတ်; បាទ',
];

export const FALSE_WORDS = [
  'false; no; n; f; 0; off; unchecked; nao; falso; falsa; fals; non; faux; nein; falsch; nee; onwaar; nej; nei; falskt; falsk; usant; usann; ei; epatosi; ne; netiesa; nepatiess',
  'nie; falsz; nepravda; nem; hamis; nu; netacno; neistina; e rreme; οχι; ψευδης; нет; ложь; неправда; ні; хибність; не; невярно; неточно; жоқ; hayir; h; yanlis; yoq; xeyr; yox; yalan',
  'لا; خطا; خطأ; كلا; خیر; نه; نادرست; غلط; نہیں; לא; שקר; नहीं; गलत; असत्य; नाही; না; মিথ্যা; இல்லை; பொய்; లేదు; కాదు; തെറ്റ്; അല്ല; ಇಲ್ಲ; ના; ਨਹੀਂ; නැත; tidak; bukan; salah; hindi; khong; sai; hapana; si kweli; የለም',
  '否; 不; 不是; 假; 无; 無; いいえ; 偽; 아니요; 아니오; 거짓; ไม่; ไม่ใช่; เท็จ; บໍ່; မဟုတ်; ទេ',
];

/** Signs of forms and checklists. The multiplication sign is a Japanese no; the letter x ticks a box. */
export const TRUE_SIGNS = '✓ ✔ ☑ ✅ ● ○ ◯ 〇 👍';
export const FALSE_SIGNS = '✗ ✘ ❌ ❎ ☐ × ✕ ✖ 👎';

/** What follows a yes or no in a sentence without a comma, in the notation of phone-words.ts. */
export const ANSWER_ENDINGS = [
  'thanks; thank you; please; i do; i do not; i don t; i agree; i accept; i consent; i want; way; more; never; obrigad*; por favor; aceit*; autoriz*; concord*; consint*; quero; quer; desejo; deseja; gostaria; permito; permite; pode; podem; podes; gracias; acept*; quiero; quiere; deseo; desea; merci; svp; s il vous; j accepte; j autorise; je veux; je souhaite',
  'danke; bitte; ich will; einverstanden; grazie; accett*; autorizz*; voglio; vuole; desidero; consento; acconsento; dank; bedankt; graag; akkoord; tak; tack; takk; tusen takk; kiitos; dziekuje; dzieki; zgadzam; wyrazam; chce; dekuji; dakujem; chci; souhlasim; koszonom; multumesc; спасибо; спс; хочу; соглас*; надо; нужно; дякую; хочу; згоден; згодна; tesekkur*; istemiyorum; istiyorum; kabul; شكرا; اريد; اوافق; תודה; רוצה; מאשר*; מסכימ*; terima kasih; mau; setuju; bersedia; cam on; muon; dong y',
];
