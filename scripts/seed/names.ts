interface Names {
  readonly given: readonly string[];
  readonly family: readonly string[];
}

/** Of the desk that is made up. */
export const TEAM = [
  { userId: 'agent_dana', name: 'Dana Weber', role: 'agent' },
  { userId: 'agent_jonas', name: 'Jonas Lindqvist', role: 'agent' },
  { userId: 'agent_mei', name: 'Mei Tanaka', role: 'agent' },
  { userId: 'agent_luca', name: 'Luca Romano', role: 'agent' },
  { userId: 'agent_amira', name: 'Amira Haddad', role: 'agent' },
  { userId: 'admin_rosa', name: 'Rosa Delgado', role: 'admin' },
].map(({ role, ...person }) => ({
  ...person,
  role: role as 'agent' | 'admin',
  email: `${person.userId}@desk.example`,
}));

/** Names of made-up customers, by the language that they write in. */
export const NAMES: { en: Names } & Readonly<Record<string, Names>> = {
  en: {
    given: ['Ann', 'James', 'Olivia', 'Noah', 'Grace', 'Liam', 'Emma', 'Owen'],
    family: ['Lee', 'Carter', 'Hughes', 'Brooks', 'Ward', 'Ellis', 'Reed'],
  },
  de: {
    given: ['Jürgen', 'Anna', 'Käthe', 'Lukas', 'Sophie', 'Björn', 'Heike', 'Felix'],
    family: ['Müller', 'Weiß', 'Schäfer', 'Krüger', 'Vogel', 'Groß', 'Lang'],
  },
  fr: {
    given: ['Zoé', 'Hugo', 'Élodie', 'Julien', 'Chloé', 'Rémi', 'Anaïs', 'Louis'],
    family: ['Lefèvre', 'Moreau', 'Garnier', 'Besançon', 'Roux', 'Noël', 'Petit'],
  },
  es: {
    given: ['Lucía', 'Íñigo', 'María', 'Andrés', 'Sofía', 'Julián', 'Inés', 'Hugo'],
    family: ['Núñez', 'García', 'Peña', 'López', 'Rubio', 'Ibáñez', 'Vega'],
  },
  pt: {
    given: ['João', 'Inês', 'Conceição', 'Tiago', 'Luísa', 'Rui', 'Beatriz', 'André'],
    family: ['Gonçalves', 'Araújo', 'Sousa', 'Magalhães', 'Pinto', 'Leitão', 'Reis'],
  },
  ar: {
    given: ['محمد', 'فاطمة', 'أحمد', 'ليلى', 'يوسف', 'مريم', 'خالد', 'نور'],
    family: ['حداد', 'منصور', 'الخطيب', 'سالم', 'درويش', 'عيسى', 'نجار'],
  },
  hi: {
    given: ['आरव', 'प्रिया', 'रोहन', 'अनन्या', 'विवेक', 'मीरा', 'अर्जुन', 'काव्या'],
    family: ['शर्मा', 'वर्मा', 'गुप्ता', 'सिंह', 'मेहता', 'जोशी', 'नायर'],
  },
  ja: {
    given: ['陽子', '健太', '美咲', '大輔', '翔', '結衣', '直樹', '彩'],
    family: ['佐藤', '鈴木', '高橋', '田中', '渡辺', '伊藤', '山本'],
  },
  th: {
    given: ['สมชาย', 'สมหญิง', 'อนันต์', 'กมล', 'มาลี', 'ณัฐ', 'พิมพ์', 'วิชัย'],
    family: ['ใจดี', 'สุขสันต์', 'ศรีสุข', 'ทองดี', 'บุญมี', 'รักไทย', 'แก้วใส'],
  },
};

/** Whose family names come first, without a space. */
export const FAMILY_FIRST: ReadonlySet<string> = new Set(['ja']);
