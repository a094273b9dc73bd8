/** Titles of the parts of a person's name, by role; in the notation of phone-words.ts. */

export const FULL_NAME_WORDS = [
  'full name; fullname; complete name; first and last name; first last name; name and surname; first name and last name; first name last name; name surname; nome completo; nome e sobrenome; nome e apelido; nombre completo; nombre y apellido; nombre y apellidos; nombres y apellidos; nombre apellido; apellidos y nombre; apellidos y nombres; nom complet; nom et prenom; nom prenom; prenom nom; prenom et nom; noms et prenoms; nom i cognoms',
  'nome e cognome; cognome e nome; nome cognome; cognome nome; nominativo; vollstandiger name; voller name; vor und nachname; vor und zuname; vorname nachname; vorname und nachname; name vorname; volledige naam; voor en achternaam; voornaam en achternaam; fulde navn; fullt navn; fullstandigt namn; for och efternamn; for og efternavn; for og etternavn; koko nimi; etu ja sukunimi; fullt nafn',
  'imie i nazwisko; nazwisko i imie; cele jmeno; jmeno a prijmeni; prijmeni a jmeno; meno a priezvisko; cele meno; teljes nev; vezetek es keresztnev; nume complet; nume si prenume; nume prenume; ime i prezime; prezime i ime; ime in priimek; ime prezime; emri i plote; vardas pavarde; vardas ir pavarde; vards uzvards; vards un uzvards; ees ja perekonnanimi; taisnimi',
  'ονοματεπωνυμο; ονομα και επωνυμο; ονομα επωνυμο; фио; ф и о; полное имя; имя и фамилия; фамилия и имя; имя фамилия; фамилия имя; фамилия имя отчество; піб; пiб; прізвище та імя; имя и прізвище; імя та прізвище; повне імя; име и фамилия; име и презиме; аты жөні',
  'ad soyad; adi soyadi; ad ve soyad; adiniz soyadiniz; ad soyadi; adi ve soyadi; isim soyisim; isim soyad; tam ad; ad ve soyadi; الاسم الكامل; الاسم الثلاثي; الاسم الرباعي; الاسم واللقب; اسم كامل; نام و نام خانوادگی; نام ونام خانوادگی; نام کامل; نام خانوادگی و نام; پورا نام; שם מלא; שם ושם משפחה; שם פרטי ושם משפחה',
  'पूरा नाम; पूर्ण नाम; संपूर्ण नाव; পুরো নাম; সম্পূর্ণ নাম; முழு பெயர்; முழுப்பெயர்; పూర్తి పేరు; പൂർണ്ണ നാമം; പേര് മുഴുവൻ; ಪೂರ್ಣ ಹೆಸರು; પૂરું નામ; nama lengkap; nama penuh; ho ten; ho va ten; ten day du; ho va ten dem; jina kamili; buong pangalan',
  '姓名; 氏名; 성명; 성함; 全名; フルネーム; ชื่อ นามสกุล; ชื่อนามสกุล; ชื่อและนามสกุล; ชื่อ สกุล; ชื่อสกุล',
];

export const NAME_WORDS = [
  'name; names; contact name; customer; customer name; client; client name; display name; displayname; push name; pushname; profile name; whatsapp name; lead name; nome; nomes; nome no whatsapp; cliente; contato nome; nombre; nombres; nom; noms; naam; klant; kunde; kunden; navn; namn; nimi; nafn; nama; pangalan; jina; ten; ten khach hang; quy danh; isim; ad; adi; adiniz; isminiz; musteri; musteri adi; jmeno; meno; ime; nev; nume; imie; vardas; vards; emri',
  'имя; імя; име; клиент; как вас зовут; ονομα; الاسم; اسم; اسم العميل; نام; שם; नाम; नाव; নাম; பெயர்; పేరు; പേര്; ಹೆಸರು; નામ; ਨਾਮ; නම; 名字; 名前; お名前; 称呼; 联系人; 聯絡人; 联络人; 收件人; 担当者; 담당자; 이름; 客户; 客戶; お客様名; 顧客名; 客户姓名; 고객명; 고객; ชื่อ; ชื่อลูกค้า; ຊື່; အမည်; ឈ្មោះ',
];

export const FIRST_NAME_WORDS = [
  'first name; firstname; given name; given names; givenname; forename; fname; primeiro nome; primer nombre; prenom; prenoms; vorname; rufname; nome proprio; nome di battesimo; fornavn; fornamn; voornaam; roepnaam; etunimi; eiginnafn; imie; imiona; krestni jmeno; krstne meno; keresztnev; utonev; prenume; eesnimi; μικρο ονομα; isim; on ad; الاسم الاول; اسم الاول; نام کوچک; שם פרטי; प्रथम नाम; पहला नाम; nama depan; nama pertama; ten goi; jina la kwanza; 名; 이름만; ชื่อจริง; ชื่อต้น',
];

export const MIDDLE_NAME_WORDS = [
  'middle name; middlename; additional name; nome do meio; segundo nombre; deuxieme prenom; zweiter vorname; secondo nome; tussenvoegsel; mellemnavn; mellannamn; mellomnavn; drugie imie; отчество; по батькові; ten dem; ten lot; שם אמצעי; nama tengah; jina la kati',
];

export const LAST_NAME_WORDS = [
  'last name; lastname; lname; surname; family name; familyname; second name; sobrenome; ultimo nome; apelido; apelidos; apellido; apellidos; primer apellido; nom de famille; nom de naissance; nachname; familienname; zuname; cognome; achternaam; familienaam; etternavn; efternavn; efternamn; sukunimi; eftirnafn; nazwisko; prijmeni; priezvisko; vezeteknev; csaladi nev; nume de familie; prezime; priimek; perekonnanimi; pavarde; uzvards; mbiemri; επωνυμο; επιθετο; фамилия; прізвище; презиме; soyad; soyadi; soyisim; soyadiniz; soy isim; اللقب; اسم العائلة; الكنية; نام خانوادگی; שם משפחה; उपनाम; अंतिम नाम; पारिवारिक नाम; nama belakang; nama keluarga; ho; jina la ukoo; jina la mwisho; apelyido; 姓; 苗字; 성; 성씨; นามสกุล; สกุล',
];

/** A column of labels, several in one cell. */
export const TAG_WORDS = [
  'tag; tags; label; labels; contact tags; group membership; etiqueta; etiquetas; marcador; marcadores; rotulo; rotulos; etiquette; etiquettes; schlagwort; schlagworte; schlagworter; kennzeichnung; etichetta; etichette; trefwoord; trefwoorden; tagit; tunnisteet; tunniste; etykieta; etykiety; znaczniki; stitek; stitky; znacky; cimke; cimkek; eticheta; etichete; oznaka; oznake; ετικετα; ετικετες; метка; метки; тег; теги; мітка; мітки; ярлык; ярлыки; етикет; етикети; etiket; etiketler; وسم; وسوم; الوسوم; برچسب; برچسب ها; תגית; תגיות; टैग; ট্যাগ; tanda; label kontak; nhan; lebo; 标签; 標籤; タグ; 태그; 라벨; แท็ก; ป้ายกำกับ',
];
