import { InitialSchema1763600000000 } from './1763600000000-initial-schema.js';
import { CampaignCountsTrigger1763600001000 } from './1763600001000-campaign-counts-trigger.js';
import { CampaignsComplete1763700000000 } from './1763700000000-campaigns-complete.js';
import { ContactsComplete1763700001000 } from './1763700001000-contacts-complete.js';
import { CampaignLedgers1763700002000 } from './1763700002000-campaign-ledgers.js';
import { DirectMessages1763700003000 } from './1763700003000-direct-messages.js';
import { ExactRepeats1763800010000 } from './1763800010000-exact-repeats.js';
import { ProvisionalMedia1763800004000 } from './1763800004000-provisional-media.js';
import { SkipUnregistered1763800020000 } from './1763800020000-skip-unregistered.js';
import { RampFromFirstMessage1763800025000 } from './1763800025000-ramp-from-first-message.js';
import { NamesInAnyScript1763800030000 } from './1763800030000-names-in-any-script.js';
import { RecipientStages1763900000000 } from './1763900000000-recipient-stages.js';
import { ChoiceForUnknown1763910040000 } from './1763910040000-choice-for-unknown.js';
import { CheaperNameGrams1763911000000 } from './1763911000000-cheaper-name-grams.js';
import { OneSenderIndex1763913000000 } from './1763913000000-one-sender-index.js';
import { LedgersFoldWhatIsNew1763914000000 } from './1763914000000-ledgers-fold-what-is-new.js';
import { WhoServedWhom1763915000000 } from './1763915000000-who-served-whom.js';

/** In the order they are applied. Append only: an applied migration never changes. */
export const allMigrations = [
  InitialSchema1763600000000,
  CampaignCountsTrigger1763600001000,
  CampaignsComplete1763700000000,
  ContactsComplete1763700001000,
  CampaignLedgers1763700002000,
  DirectMessages1763700003000,
  ProvisionalMedia1763800004000,
  ExactRepeats1763800010000,
  SkipUnregistered1763800020000,
  RampFromFirstMessage1763800025000,
  NamesInAnyScript1763800030000,
  RecipientStages1763900000000,
  ChoiceForUnknown1763910040000,
  CheaperNameGrams1763911000000,
  OneSenderIndex1763913000000,
  LedgersFoldWhatIsNew1763914000000,
  WhoServedWhom1763915000000,
];
