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
  'name; names; contact name; customer name; client name; display name; displayname; push name; pushname; profile name; whatsapp name; lead name; nome; nomes; nome no whatsapp; contato nome; nombre; nombres; nom; noms; naam; navn; namn; nimi; nafn; nama; pangalan; jina; ten; ten khach hang; quy danh; isim; ad; adi; adiniz; isminiz; musteri adi; jmeno; meno; ime; nev; nume; imie; vardas; vards; emri',
  'имя; імя; име; как вас зовут; ονομα; الاسم; اسم; اسم العميل; نام; שם; नाम; नाव; নাম; பெயர்; పేరు; പേര്; ಹೆಸರು; નામ; ਨਾਮ; නම; 名字; 名前; お名前; 称呼; 联系人; 聯絡人; 联络人; 收件人; 担当者; 담당자; 이름; お客様名; 顧客名; 客户姓名; 고객명; ชื่อ; ชื่อลูกค้า; ຊື່; အမည်; ឈ្មោះ',
  'kundenname; gastname; patientenname; schulername; teilnehmername; mitgliedsname; mietername; klantnaam; gastnaam; kundenavn; kundnamn; patientnamn; gestenavn; 患者名; 生徒名; 学生名; 会員名; 会员名; 顾客名; 客人姓名; 학생명; 환자명; 회원명',
];

/** People, as those who keep a file call them: a name where no title says that it is one. */
export const PERSON_WORDS = [
  'customer; customers; client; clients; student; students; pupil; patient; patients; guest; guests; member; members; associate; attendee; attendees; participant; participants; passenger; applicant; candidate; buyer; tenant; resident; subscriber; beneficiary; donor; volunteer; shopper; visitor; trainee; learner; player; athlete; person; people',
  'cliente; clientes; aluno; aluna; alunos; alunas; estudante; estudantes; paciente; pacientes; hospede; hospedes; associado; associada; associados; socio; socia; socios; membro; membros; participante; participantes; convidado; convidada; convidados; passageiro; passageira; candidato; candidata; comprador; compradora; inquilino; inquilina; locatario; locataria; morador; moradora; moradores; condomino; assinante; beneficiario; beneficiaria; doador; doadora; voluntario; voluntaria; visitante; mentorado; mentorada; aprendiz; matriculado; matriculada; crianca; atleta; segurado; segurada; pessoa',
  'alumno; alumna; alumnos; estudiante; estudiantes; huesped; huespedes; asociado; asociada; miembro; miembros; invitado; invitada; invitados; pasajero; pasajera; residente; inquilinos; suscriptor; donante; afiliado; afiliada; abonado; asistente; asistentes; persona; asegurado; asegurada',
  'client; cliente; eleve; eleves; etudiant; etudiante; patient; patiente; invite; invitee; adherent; adherente; membre; participant; participante; passager; passagere; candidat; candidate; acheteur; locataire; resident; donateur; benevole; stagiaire; assure; personne',
  'kunde; kunden; kundin; schuler; schulerin; student; studentin; patient; patientin; patienten; gast; gaste; gastes; mitglied; mitglieds; mitglieder; teilnehmer; teilnehmerin; teilnehmers; bewerber; bewerberin; kaufer; mieter; mieters; mieterin; bewohner; spender; abonnent; versicherter; person',
  'cliente; alunno; alunna; studente; studentessa; paziente; pazienti; ospite; ospiti; associato; associata; socio; membro; partecipante; passeggero; candidato; acquirente; inquilino; residente; donatore; volontario; allievo; allieva; tesserato; assistito; persona; klant; klanten; leerling; student; cursist; patient; gast; leden; deelnemer; huurder; bewoner; koper; persoon',
  'elev; kursist; deltager; deltaker; deltagare; gjest; gaest; medlem; medlemmer; medlemmar; pasient; lejer; hyresgast; asiakas; opiskelija; oppilas; potilas; vieras; jasen; osallistuja; klient; klienta; klientka; uczen; ucznia; uczennica; kursant; pacjent; pacjenta; pacjentka; gosc; goscia; uczestnik; uczestnika; czlonek; najemca; zakaznik; zakaznika; student; studenta; zak; zaka; ziak; ziaka; pacient; pacienta; hosta; clen; clena; ucastnik; najemnik; ugyfel; tanulo; diak; beteg; vendeg; resztvevo; berlo; elevul; pacientul; oaspete; membru; participant; klijent; kupac; ucenik; pacijent; polaznik',
  'πελατης; πελατη; μαθητης; μαθητη; ασθενης; ασθενη; επισκεπτης; μελος; клиент; клиента; клиенты; ученик; ученика; студент; студента; слушатель; пациент; пациента; гость; гостя; участник; участника; член; абонент; абонента; покупатель; покупателя; заказчик; арендатор; жилец; клієнт; клієнта; учень; учня; пацієнт; пацієнта; учасник; покупець; пациентът; курсист',
  'musteri; musterinin; ogrenci; ogrencinin; hasta; hastanin; misafir; misafirin; konuk; uye; uyenin; katilimci; kiraci; yolcu; العميل; عميل; الزبون; الطالب; طالب; الطالبة; المريض; مريض; الضيف; ضيف; العضو; عضو; المشارك; النزيل; المستفيد; مشتری; دانش اموز; دانشجو; بیمار; مهمان; תלמיד; סטודנט; מטופל; אורח; לקוח; חבר; משתתף',
  'ग्राहक; छात्र; छात्रा; विद्यार्थी; मरीज; मरीज़; रोगी; अतिथि; मेहमान; सदस्य; ক্রেতা; গ্রাহক; ছাত্র; শিক্ষার্থী; রোগী; অতিথি; সদস্য; வாடிக்கையாளர்; மாணவர்; நோயாளி; விருந்தினர்; కస్టమర్; విద్యార్థి; రోగి; അതിഥി; രോഗി; വിദ്യാർത്ഥി; ગ્રાહક; વિદ્યાર્થી; દર્દી',
  'pelanggan; siswa; murid; mahasiswa; pelajar; pasien; pesakit; tamu; tetamu; anggota; ahli; peserta; penyewa; penghuni; donatur; khach hang; khach; hoc vien; hoc sinh; sinh vien; benh nhan; hoi vien; thanh vien; mteja; mwanafunzi; mgonjwa; mgeni',
  '客户; 客戶; 顾客; 顧客; 学生; 學生; 学员; 學員; 患者; 病人; 客人; 住客; 会员; 會員; 租客; 参加者; 参与者; 生徒; お客様; ゲスト; 会員; 고객; 학생; 환자; 손님; 투숙객; 회원; 참가자; 수강생; 신청자; ลูกค้า; นักเรียน; นักศึกษา; ผู้ป่วย; คนไข้; แขก; สมาชิก; ผู้เข้าร่วม',
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
