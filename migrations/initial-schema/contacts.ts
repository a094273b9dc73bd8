import { LINE } from './phone-lines.js';

/** Contacts, their lists and segments, consent, suppression, and their last senders. */
export const contacts = `
CREATE TABLE contacts (
  id uuid NOT NULL CONSTRAINT "PK_b99cd40cfd66a99f1571f4f72e6" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_71ec7d68cfafa5f3d93c959b807" REFERENCES tenants (id) ON DELETE CASCADE,
  phone text NOT NULL,
  line text NOT NULL GENERATED ALWAYS AS (${LINE}) STORED,
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
  phone text NOT NULL,
  line text NOT NULL GENERATED ALWAYS AS (${LINE}) STORED,
  reason text,
  decision_id uuid,
  lifted_by_opt_in boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX suppressions_tenant_line ON suppressions (tenant_id, line);
CREATE INDEX suppressions_decision ON suppressions (decision_id) WHERE decision_id IS NOT NULL;

-- Numbers whose contacts were merged into others; read by the number when somebody writes.
CREATE TABLE contact_merged_numbers (
  tenant_id uuid NOT NULL,
  phone text NOT NULL,
  line text NOT NULL GENERATED ALWAYS AS (${LINE}) STORED,
  contact_id uuid NOT NULL
    CONSTRAINT "FK_af7d26539513351f32bfcef3b86" REFERENCES contacts (id) ON DELETE CASCADE,
  merged_at timestamptz NOT NULL,
  CONSTRAINT "PK_928954ad228f9aaa4ad6387de6b" PRIMARY KEY (tenant_id, line)
);
CREATE INDEX contact_merged_numbers_contact ON contact_merged_numbers (contact_id);

-- Not a column of contacts: it changes with every message, and contacts have many indexes.
CREATE TABLE contact_senders (
  contact_id uuid NOT NULL CONSTRAINT "PK_contact_senders" PRIMARY KEY
    CONSTRAINT "FK_af01c14e1d41b26de663737cc83" REFERENCES contacts (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  sender_id uuid NOT NULL
);
`;
