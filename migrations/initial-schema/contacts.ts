import { CONTACT_LINE, IDENTITY_LINE, SUPPRESSION_LINE } from './phone-lines.js';

/** Contacts, their lists and segments, consent, suppression, and their last senders. */
export const contacts = `
CREATE TABLE contacts (
  id uuid NOT NULL CONSTRAINT "PK_b99cd40cfd66a99f1571f4f72e6" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_71ec7d68cfafa5f3d93c959b807" REFERENCES tenants (id) ON DELETE CASCADE,
  phone text,
  -- Of a person without a number: the LID or the business-scoped id that the contact goes by.
  address text,
  line text NOT NULL GENERATED ALWAYS AS (${CONTACT_LINE}) STORED,
  line_since timestamptz,
  name text,
  attributes jsonb NOT NULL DEFAULT '{}',
  tags text[] NOT NULL DEFAULT '{}',
  opted_out_at timestamptz,
  opt_out_source text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX contacts_tenant ON contacts (tenant_id, id);
-- The operator class finds beginnings of numbers (LIKE 'start%') in every collation, and whole ones as any index does.
CREATE UNIQUE INDEX contacts_tenant_line ON contacts (tenant_id, line text_pattern_ops);
-- People whose number is not known are few.
CREATE INDEX contacts_without_phone ON contacts (tenant_id, id) WHERE phone IS NULL;
CREATE INDEX contacts_opted_out ON contacts (tenant_id, id) WHERE opted_out_at IS NOT NULL;

CREATE TABLE contact_lists (
  id uuid NOT NULL CONSTRAINT "PK_9d9c15bed294d0779669dc7069c" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_a9abbe1ddd7844d085c2a5c4caf" REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX contact_lists_tenant_name ON contact_lists (tenant_id, name);

CREATE TABLE contact_list_members (
  list_id uuid NOT NULL
    CONSTRAINT "FK_1c35d53c48a13b4905293d1734c" REFERENCES contact_lists (id) ON DELETE CASCADE,
  contact_id uuid NOT NULL
    CONSTRAINT "FK_e7ca3d74b038f08c0e0786dceba" REFERENCES contacts (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  added_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT "PK_fac5fbeb31b2bf7ed01a5f9cefc" PRIMARY KEY (list_id, contact_id)
);
CREATE INDEX contact_list_members_contact ON contact_list_members (contact_id);

CREATE TABLE contact_attribute_names (
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_e64b4883ea87cfe8395274fea40" REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  CONSTRAINT "PK_contact_attribute_names" PRIMARY KEY (tenant_id, name)
);

CREATE TABLE segments (
  id uuid NOT NULL CONSTRAINT "PK_beff1eec19679fe8ad4f291f04e" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_c3778e47f96f67d89bc0229d577" REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  filter jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX segments_tenant_name ON segments (tenant_id, name);

CREATE TABLE contact_consents (
  id uuid NOT NULL CONSTRAINT "PK_26eccb4585059cb3c7cf2d63d54" PRIMARY KEY,
  tenant_id uuid NOT NULL,
  contact_id uuid NOT NULL
    CONSTRAINT "FK_28df7998a4a71895081cb235614" REFERENCES contacts (id) ON DELETE CASCADE,
  kind text NOT NULL,
  source text NOT NULL,
  proof text,
  at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX contact_consents_contact ON contact_consents (contact_id, id);

CREATE TABLE suppressions (
  id uuid NOT NULL CONSTRAINT "PK_77bb19dbc77a4ce0ca8cb743f3b" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_b93b9b940775a92c6fbd1a35954" REFERENCES tenants (id) ON DELETE CASCADE,
  address text NOT NULL,
  line text NOT NULL GENERATED ALWAYS AS (${SUPPRESSION_LINE}) STORED,
  -- everything, marketing, or topic:<name>.
  scope text NOT NULL DEFAULT 'everything',
  origin text NOT NULL DEFAULT 'tenant',
  reason text,
  decision_id uuid,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX suppressions_tenant_line ON suppressions (tenant_id, line, scope, origin);
CREATE INDEX suppressions_decision ON suppressions (decision_id) WHERE decision_id IS NOT NULL;

-- What a person is known by beside what stands in the contact itself: LIDs, business-scoped ids, further numbers, and all that
-- were retired. An import of numbers writes no second row for each.
CREATE TABLE contact_identities (
  id uuid NOT NULL CONSTRAINT "PK_contact_identities" PRIMARY KEY,
  tenant_id uuid NOT NULL,
  contact_id uuid NOT NULL
    CONSTRAINT "FK_contact_identities" REFERENCES contacts (id) ON DELETE CASCADE,
  kind text NOT NULL,
  scope text NOT NULL DEFAULT '',
  value text NOT NULL,
  written text,
  line text NOT NULL GENERATED ALWAYS AS (${IDENTITY_LINE}) STORED,
  since timestamptz NOT NULL,
  until timestamptz
);
CREATE UNIQUE INDEX contact_identities_current ON contact_identities (tenant_id, line text_pattern_ops)
  WHERE until IS NULL;
CREATE INDEX contact_identities_contact ON contact_identities (contact_id);

-- What made one contact of two, or changed what a person is known by.
CREATE TABLE contact_changes (
  id uuid NOT NULL CONSTRAINT "PK_contact_changes" PRIMARY KEY,
  tenant_id uuid NOT NULL,
  contact_id uuid NOT NULL
    CONSTRAINT "FK_contact_changes" REFERENCES contacts (id) ON DELETE CASCADE,
  kind text NOT NULL,
  source text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}',
  at timestamptz NOT NULL
);
CREATE INDEX contact_changes_contact ON contact_changes (contact_id, id);

-- Not a column of contacts: it changes with every message, and contacts have many indexes.
CREATE TABLE contact_senders (
  contact_id uuid NOT NULL CONSTRAINT "PK_contact_senders" PRIMARY KEY
    CONSTRAINT "FK_af01c14e1d41b26de663737cc83" REFERENCES contacts (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  sender_id uuid NOT NULL
);
`;
