import { pattern, without } from './titles.js';
import * as words from './words/opt-out-title-words.js';

/**
 * `out`: a yes means opted out. `in`: a no does. `about`: whatever is said, such as why; it is said of those who opted out
 * only. `status`, of a consent or a subscription: only a word such as `withdrawn` does. `anything`, a status of whatever:
 * only what can mean nothing else, such as `unsubscribed`.
 */
export type OptOutKind = 'out' | 'in' | 'about' | 'status' | 'anything';

const OUT = pattern([...words.OUT_WORDS, ...words.NO_MESSAGES_WORDS]);
const YES = pattern(words.YES_WORDS);
const SUBJECT = pattern(words.SUBJECT_WORDS);
const REFUSED = pattern([words.REFUSED_WORDS]);
const STATE = pattern([words.STATE_WORDS]);
const STATE_SUBJECT = pattern([words.STATE_SUBJECT_WORDS]);
const ABOUT = pattern([words.ABOUT_WORDS]);
const NOTHING = pattern([words.NOTHING_WORDS]);
const OTHER_CHANNEL = pattern([words.OTHER_CHANNEL_WORDS]);
const OWN_CHANNEL = pattern([words.OWN_CHANNEL_WORDS]);
const CONSENT = pattern(words.CONSENT_WORDS);
const LEAVING = pattern([words.LEAVING_WORDS]);
const AROUND_CONSENT = pattern([words.AROUND_CONSENT_WORDS, words.NOT_WORDS]);
const OTHER_TOPIC = pattern(words.OTHER_TOPIC_WORDS);
const OUT_OF = outOf();
const NO_TOPIC = pattern([words.NO_TOPIC_WORDS]);
const NOT_CONTACT = [
  following(words.NOT_WORDS, words.NOT_CONTACT_WORDS, 2),
  following('no', words.SPANISH_NOT_CONTACT_WORDS, 1),
];
/** What would be a yes without the word in front, and what is sent. */
const NOT_SEND = [
  following(words.NOT_WORDS, [...words.YES_WORDS, words.NOT_SEND_WORDS].join(';'), 2),
  following('no', words.SPANISH_NOT_SEND_WORDS, 1),
];

/** `Opted out of email: News`, but not `Opted out of e-mail and WhatsApp`. The title is a plain one, as those below. */
export function isAboutOtherChannel(plain: string): boolean {
  return OTHER_CHANNEL.test(plain) && !OWN_CHANNEL.test(plain);
}

/** `Opt out of insurance`, `Pension opt-out`; not `Opt out of insurance messages`. */
export function isAboutOtherTopic(plain: string): boolean {
  if (SUBJECT.test(plain) || isAboutOtherChannel(plain) || !OUT.test(plain)) return false;
  const topic = OUT_OF.exec(plain)?.[1] ?? '';
  return OTHER_TOPIC.test(plain) || without(topic, NO_TOPIC) !== '';
}

/** True where a no means opted out if anything does: `Aceita?`, `Permission`; not `Não aceita`, `Permission denied`. */
export function asksConsent(plain: string): boolean {
  return isYes(plain) && ![OUT, REFUSED, LEAVING, ...NOT_SEND, ...NOT_CONTACT].some((no) => no.test(plain));
}

/** What the words of a title say, whichever they are besides: `Opted out of WhatsApp: Marketing Information`. */
export function kindByWords(plain: string): OptOutKind | undefined {
  if (NOTHING.test(plain)) return undefined;
  const isConsent = isConsentAlone(plain);
  const isAboutMessages = isConsent || SUBJECT.test(plain);
  const isOut =
    OUT.test(plain) ||
    matches(NOT_CONTACT, plain) ||
    (isConsent && LEAVING.test(plain)) ||
    (isAboutMessages && (REFUSED.test(plain) || matches(NOT_SEND, plain)));
  if (isOut) return ABOUT.test(plain) ? 'about' : 'out';
  if (STATE.test(plain) && !(isAboutMessages && CONSENT.test(plain)))
    return STATE_SUBJECT.test(plain) ? 'status' : undefined;
  return isAboutMessages && isYes(plain) ? 'in' : undefined;
}

function isYes(plain: string): boolean {
  return YES.test(plain) || CONSENT.test(plain);
}

/** A consent of which nothing is said: `Aceita?`, `Consent given`, `Consent withdrawn`; not `Aceita cartão?`. */
function isConsentAlone(plain: string): boolean {
  return (
    CONSENT.test(plain) && [CONSENT, REFUSED, LEAVING, STATE, AROUND_CONSENT].reduce(without, plain) === ''
  );
}

/** The topic behind `opted out of`, as its first group. */
function outOf(): RegExp {
  const [out, of] = words.OUT_OF_WORDS.map((list) => `(?:${pattern([list]).source})`);
  return new RegExp(`${out} ${of} (.+)$`, 'u');
}

function matches(patterns: readonly RegExp[], plain: string): boolean {
  return patterns.some((one) => one.test(plain));
}

/** One of the words, one of the others behind it, and at most a few between them. */
function following(first: string, others: string, between: number): RegExp {
  const [before, behind] = [pattern([first]), pattern([others])].map(({ source }) => `(?:${source})`);
  return new RegExp(`${before}(?: \\S+){0,${between}} ${behind}`, 'u');
}
