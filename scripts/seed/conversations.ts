import type { TicketPriority } from '../../src/tickets/lifecycle.js';

/** What is said on one ticket. `{order}` and `{amount}` are filled in, so that no two are the same. */
export interface Conversation {
  /** BCP 47. */
  language: string;
  categoryId: string;
  priority: TicketPriority;
  tags: readonly string[];
  subject: string;
  description: string;
  /** The first answer; undefined: a saved reply, by its name. */
  answer: string | { macro: string };
  followUp: string;
  note?: string;
  /** The second answer, after which the ticket is resolved. */
  solution: string;
  resolution: string;
  /** What a customer says who rates it. */
  praise: string;
}

export const CONVERSATIONS: readonly Conversation[] = [
  {
    language: 'en',
    categoryId: 'category_001',
    priority: 'High',
    tags: ['payment', 'card'],
    subject: 'Unable to make payment for order {order}',
    description:
      'I have tried to pay {amount} three times today. After the bank confirms, the page shows "Something went wrong" and the order stays unpaid.',
    answer:
      'Thank you for the details. I can see three attempts that were authorised and not captured. I am checking with our payment provider whether the amounts are still held.',
    followUp: 'My bank says {amount} is reserved twice. When do I get it back?',
    note: 'Provider incident PSP-{order}: captures timed out this morning. Both holds expire by themselves after 3 days.',
    solution:
      'The two holds are released; your bank shows it within one working day. Your order is unlocked: paying it again works now.',
    resolution: 'Holds released, order unlocked',
    praise: 'Quick and clear, thank you.',
  },
  {
    language: 'en',
    categoryId: 'category_001',
    priority: 'Medium',
    tags: ['refund'],
    subject: 'Refund of {amount} has not arrived',
    description: 'You confirmed a refund for order {order} nine days ago. Nothing has arrived on my card so far.',
    answer: { macro: 'We are looking into it' },
    followUp: 'It is the card that ends with 4410, in case that helps.',
    solution:
      'The refund went out on the day that we confirmed it, with the reference RF-{order}. With that reference your bank finds it; some banks take up to ten working days.',
    resolution: 'Refund reference given',
    praise: 'The bank found it with the reference.',
  },
  {
    language: 'en',
    categoryId: 'category_003',
    priority: 'High',
    tags: ['login', '2fa'],
    subject: 'New phone, and the codes do not work any more',
    description:
      'I changed my phone and restored it from a backup. The authenticator is empty, and I have no recovery codes. I need to see my contract {order} today.',
    answer:
      'I am sorry about that. To reset the second factor we have to verify you: please start it from the sign-in page under "I have lost my device". I will watch for it.',
    followUp: 'Done, I have uploaded my ID.',
    note: 'ID checked against the contract, date of birth and address match.',
    solution: 'You are verified. Sign in with your password; you are asked to set up a new authenticator.',
    resolution: 'Second factor reset after verification',
    praise: 'Solved the same day.',
  },
  {
    language: 'en',
    categoryId: 'category_002',
    priority: 'Medium',
    tags: ['loan', 'early-repayment'],
    subject: 'What does it cost to repay loan {order} early?',
    description:
      'I would like to pay back the remaining {amount} at the end of the month. Is there a fee, and how do I do it?',
    answer:
      'There is no fee after the first twelve months, and yours has run for longer. I am preparing the settlement figure for the last day of this month.',
    followUp: 'Great. Can I pay it by bank transfer?',
    solution:
      'Yes. The figure is {amount}, good until the last day of the month; the account and the reference are in your documents.',
    resolution: 'Settlement figure sent',
    praise: 'Friendly and exact.',
  },
  {
    language: 'en',
    categoryId: 'category_004',
    priority: 'Medium',
    tags: ['app', 'android'],
    subject: 'App closes when I open statements',
    description:
      'Version 7.2.1 on Android 15. Tapping "Statements" shows a white page for a second, then the app is gone. Reinstalling did not help.',
    answer: 'Thank you for the version. Does it also happen on the statement list of a single account, under "More"?',
    followUp: 'No, there it works. Only on the overview.',
    note: 'Same as APP-{order}: the overview crashes where a statement has no date. Fixed in 7.2.2, rolling out.',
    solution:
      'We have found it: one of your statements has no date, and the overview could not cope. Version 7.2.2 is in the store from tomorrow.',
    resolution: 'Fixed in 7.2.2',
    praise: 'Impressed that you told me the cause.',
  },
  {
    language: 'en',
    categoryId: 'category_005',
    priority: 'Low',
    tags: ['documents'],
    subject: 'Which documents do you take as proof of address?',
    description: 'I have just moved, and no bill has my new address yet. Would a registration certificate do?',
    answer: { macro: 'Proof of address' },
    followUp: 'Perfect, I will upload the certificate.',
    solution: 'It has arrived and is accepted. Your address is changed.',
    resolution: 'Address verified',
    praise: 'All good.',
  },
  {
    language: 'en',
    categoryId: 'category_006',
    priority: 'Low',
    tags: ['feedback'],
    subject: 'Please show the exchange rate before I confirm',
    description: 'I paid {amount} abroad and saw the rate only on the statement. It would be fair to see it before.',
    answer:
      'That is a fair point, and you are not the first to say so. I have passed it on to the team that builds the payment page.',
    followUp: 'Thanks. Will I hear of it?',
    solution: 'Yes: the release notes will mention it, and I have noted your request with theirs.',
    resolution: 'Passed on to the product team',
    praise: 'Nice to be heard.',
  },
  {
    language: 'en',
    categoryId: 'category_001',
    priority: 'Critical',
    tags: ['fraud', 'card'],
    subject: 'A payment of {amount} that I did not make',
    description:
      'There is a payment of {amount} to a shop that I do not know, reference {order}. I have my card with me. Please block it!',
    answer: 'Your card is blocked as of now, and a new one is on its way. I am opening a dispute for this payment.',
    followUp: 'Thank you. Do I have to go to the police?',
    note: 'Dispute opened, reference {order}. Merchant has had four others this week.',
    solution:
      'A report is not needed for this amount. The {amount} is credited to your account for as long as the dispute runs.',
    resolution: 'Card replaced, amount credited, dispute opened',
    praise: 'You were there within minutes when I needed it.',
  },
  {
    language: 'de',
    categoryId: 'category_001',
    priority: 'High',
    tags: ['payment', 'sepa'],
    subject: 'Lastschrift für Auftrag {order} wurde zweimal eingezogen',
    description:
      'Am Montag wurden {amount} zweimal von meinem Konto abgebucht. Bitte erstatten Sie einen Betrag zurück.',
    answer: 'Vielen Dank für den Hinweis. Ich sehe beide Einzüge und kläre mit der Buchhaltung, welcher zurückgeht.',
    followUp: 'Wie lange dauert das? Mein Konto ist dadurch im Minus.',
    note: 'Doppelter Export nach Wiederholung des Laufs, Vorgang {order}. Erstattung angewiesen.',
    solution:
      'Die Erstattung über {amount} ist heute angewiesen worden. Entstandene Zinsen übernehmen wir gegen Nachweis.',
    resolution: 'Doppelte Lastschrift erstattet',
    praise: 'Schnell und unkompliziert, danke!',
  },
  {
    language: 'de',
    categoryId: 'category_003',
    priority: 'Medium',
    tags: ['login'],
    subject: 'Passwort-E-Mail kommt nicht an',
    description:
      'Ich fordere seit gestern ein neues Passwort an, aber es kommt keine E-Mail. Im Spam-Ordner ist auch nichts.',
    answer: 'Ihre Adresse wird von Ihrem Anbieter abgewiesen: Das Postfach sei voll. Können Sie das prüfen?',
    followUp: 'Tatsächlich, es war voll. Jetzt ist wieder Platz.',
    solution: 'Dann habe ich die E-Mail soeben noch einmal geschickt. Der Link gilt eine Stunde.',
    resolution: 'E-Mail erneut zugestellt',
    praise: 'Freundlich und kompetent.',
  },
  {
    language: 'fr',
    categoryId: 'category_004',
    priority: 'Medium',
    tags: ['app', 'ios'],
    subject: 'Impossible de télécharger la facture {order}',
    description:
      'Quand je touche « Télécharger », la page reste blanche. J’ai essayé avec Safari et avec l’application.',
    answer: 'Merci pour ces précisions. Pouvez-vous me dire si les autres factures s’ouvrent normalement ?',
    followUp: 'Oui, seulement celle-ci ne s’ouvre pas.',
    solution: 'La facture avait été créée sans son fichier. Elle est régénérée : vous pouvez la télécharger.',
    resolution: 'Facture régénérée',
    praise: 'Réponse rapide, merci beaucoup.',
  },
  {
    language: 'es',
    categoryId: 'category_002',
    priority: 'Medium',
    tags: ['loan'],
    subject: '¿Puedo cambiar el día de pago del préstamo {order}?',
    description: 'Cobro el día 5 y la cuota de {amount} se carga el día 1. ¿Es posible pasarla al día 10?',
    answer: 'Sí, es posible una vez al año y sin coste. ¿Desde qué mes quiere el cambio?',
    followUp: 'Desde el mes que viene, por favor.',
    solution: 'Hecho: desde el mes que viene la cuota se carga el día 10.',
    resolution: 'Día de pago cambiado al 10',
    praise: 'Muy amables.',
  },
  {
    language: 'pt',
    categoryId: 'category_005',
    priority: 'Medium',
    tags: ['documents'],
    subject: 'Verificação recusada sem explicação',
    description: 'Enviei a minha identificação duas vezes e foi recusada. O que está errado? Processo {order}.',
    answer:
      'Lamento o incómodo. Na segunda fotografia o canto superior está cortado. Pode enviar outra com o documento inteiro?',
    followUp: 'Enviei agora.',
    solution: 'Está perfeita. A sua conta está verificada.',
    resolution: 'Identidade verificada',
    praise: 'Obrigado pela paciência.',
  },
  {
    language: 'ja',
    categoryId: 'category_001',
    priority: 'High',
    tags: ['payment', 'card'],
    subject: '注文{order}の支払いができません',
    description: 'カードで{amount}を支払おうとすると、毎回エラーになります。カード会社では問題ないと言われました。',
    answer: 'ご不便をおかけして申し訳ございません。本人認証の画面は表示されましたでしょうか。',
    followUp: 'はい、認証のあとに白い画面になります。',
    note: '3Dセキュアの戻り先が古いアプリで失敗。{order}で再現。',
    solution: 'アプリを最新版に更新していただくと、認証のあとに支払いが完了します。',
    resolution: 'アプリの更新で解決',
    praise: '丁寧に対応していただきました。',
  },
  {
    language: 'ar',
    categoryId: 'category_001',
    priority: 'Medium',
    tags: ['payment'],
    subject: 'لم يصل إيصال الدفع للطلب {order}',
    description: 'دفعت مبلغ {amount} أمس ولم يصلني إيصال بالبريد الإلكتروني. أحتاجه للمحاسبة.',
    answer: 'شكراً لتواصلك معنا. هل البريد المسجل في حسابك ما زال صحيحاً؟',
    followUp: 'نعم، هو نفسه.',
    solution: 'أعدنا إرسال الإيصال، وتجده أيضاً في صفحة الطلبات.',
    resolution: 'أعيد إرسال الإيصال',
    praise: 'خدمة ممتازة.',
  },
  {
    language: 'th',
    categoryId: 'category_001',
    priority: 'High',
    tags: ['payment', 'qr'],
    subject: 'การชำระเงินล้มเหลว คำสั่งซื้อ {order}',
    description: 'สแกนคิวอาร์แล้วเงิน {amount} ถูกหักจากบัญชี แต่คำสั่งซื้อยังแสดงว่ายังไม่ชำระ',
    answer: 'ขออภัยในความไม่สะดวกค่ะ ขอเวลาตรวจสอบกับธนาคารสักครู่นะคะ',
    followUp: 'ได้ครับ แนบสลิปให้แล้ว',
    solution: 'ธนาคารยืนยันยอดแล้ว คำสั่งซื้อของคุณชำระเรียบร้อยค่ะ',
    resolution: 'ธนาคารยืนยันการชำระเงิน',
    praise: 'ตอบเร็วมาก',
  },
  {
    language: 'hi',
    categoryId: 'category_003',
    priority: 'Medium',
    tags: ['login'],
    subject: 'मोबाइल नंबर बदलना है',
    description: 'मेरा पुराना नंबर बंद हो गया है, इसलिए भुगतान के लिए ओटीपी नहीं आता। खाता {order}.',
    answer: 'धन्यवाद। सुरक्षा के लिए कृपया पहचान की पुष्टि करें; लिंक साइन-इन पृष्ठ पर है।',
    followUp: 'पुष्टि कर दी है।',
    solution: 'नया नंबर जोड़ दिया गया है। अब ओटीपी इसी पर आएगा।',
    resolution: 'मोबाइल नंबर बदला गया',
    praise: 'बहुत अच्छी सहायता।',
  },
];

/** Saved replies, by what agents find them by. */
export const MACROS: Readonly<Record<string, string>> = {
  'We are looking into it':
    'Thank you for writing about "{{ticket.subject}}". I am looking into it and write again today.\n\n{{agent}}',
  'Proof of address':
    'We take a utility bill, a bank statement or a registration certificate, none of them older than three months. You can upload it under Profile, Documents.\n\n{{agent}}',
  'Ask for a screenshot':
    'Could you send us a screenshot of what you see, and tell us which device and which version of the app you use?\n\n{{agent}}',
  'Closing for now':
    'We have not heard from you for a while, so I am closing {{ticket.id}} for now. Write again whenever you like.\n\n{{agent}}',
};
