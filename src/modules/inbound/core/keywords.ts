/**
 * Keywords that opt out and back in. English words are those the carriers' guidelines (CTIA) name; the others are the
 * usual ones in Portuguese, Spanish, French, German and Scandinavian languages. Without accents.
 */
const OPT_OUT = new Set(
  (
    'stop,stopp,stopall,stop all,unsubscribe,cancel,end,quit,opt out,optout,remove me,' +
    'parar,pare,sair,descadastrar,cancelar,' +
    'baja,alto,' +
    'arret,arreter,desabonner,' +
    'abmelden,stoppen,' +
    'avsluta,afmeld,avmeld'
  ).split(','),
);
const OPT_IN = new Set('start,unstop,subscribe,opt in,optin,voltar,alta,anmelden'.split(','));

export type Keyword = 'opt_out' | 'opt_in';

/** The keyword of a message that holds nothing else: "Stop!" is one, "don't stop" is not. */
export function keywordOf(text: string): Keyword | undefined {
  // No keyword is this long; checked first, because normalising a very long text is expensive.
  if (text.length > 60) return undefined;
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  if (OPT_OUT.has(words)) return 'opt_out';
  if (OPT_IN.has(words)) return 'opt_in';
  return undefined;
}
