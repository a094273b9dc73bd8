import { LINE } from './phone-lines.js';

/** Background jobs over many contacts: imports, bulk edits, and checks whether numbers are on WhatsApp. */
export const contactJobs = `
CREATE TABLE imports (
  id uuid NOT NULL CONSTRAINT "PK_ea10c62f5eb1d75e83d8b5225db" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_5d35cce45075b8f5365104c99b2" REFERENCES tenants (id) ON DELETE CASCADE,
  status text NOT NULL,
  file_name text NOT NULL,
  file_path text NOT NULL,
  file_bytes bigint NOT NULL DEFAULT 0,
  rejected_bytes bigint NOT NULL DEFAULT 0,
  options jsonb NOT NULL,
  list_id uuid,
  rows_done integer NOT NULL DEFAULT 0,
  progress integer NOT NULL DEFAULT 0,
  created integer NOT NULL DEFAULT 0,
  updated integer NOT NULL DEFAULT 0,
  unchanged integer NOT NULL DEFAULT 0,
  duplicate integer NOT NULL DEFAULT 0,
  invalid integer NOT NULL DEFAULT 0,
  warnings jsonb NOT NULL DEFAULT '[]',
  error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  completed_at timestamptz
);
CREATE INDEX imports_tenant_created ON imports (tenant_id, created_at);
CREATE INDEX imports_open ON imports (tenant_id, id) WHERE status IN ('queued', 'running');

CREATE TABLE import_phones (
  import_id uuid NOT NULL
    CONSTRAINT "FK_c14471230e48963951901fa54eb" REFERENCES imports (id) ON DELETE CASCADE,
  line text NOT NULL,
  tenant_id uuid NOT NULL,
  CONSTRAINT "PK_20b6c9236585c13855c0ee03143" PRIMARY KEY (import_id, line)
);

CREATE TABLE import_rejections (
  import_id uuid NOT NULL
    CONSTRAINT "FK_91b0879e933bce03366b0e50ece" REFERENCES imports (id) ON DELETE CASCADE,
  line integer NOT NULL,
  tenant_id uuid NOT NULL,
  reason text NOT NULL,
  cells jsonb NOT NULL,
  CONSTRAINT "PK_5daf7645a1665bf90752f44610f" PRIMARY KEY (import_id, line)
);

CREATE TABLE contact_bulk_edits (
  id uuid NOT NULL CONSTRAINT "PK_ea87b11af4ec6ad5fcf4a3f2bed" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_3c077db8c0557329163da923c94" REFERENCES tenants (id) ON DELETE CASCADE,
  status text NOT NULL,
  target jsonb NOT NULL,
  changes jsonb NOT NULL,
  matched integer NOT NULL,
  processed integer NOT NULL DEFAULT 0,
  changed integer NOT NULL DEFAULT 0,
  last_contact_id uuid,
  error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz
);
CREATE INDEX contact_bulk_edits_open ON contact_bulk_edits (tenant_id, id) WHERE status IN ('queued', 'running');

CREATE TABLE number_checks (
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_86ea1b1684609b1753f1286f774" REFERENCES tenants (id) ON DELETE CASCADE,
  line text NOT NULL,
  on_whatsapp boolean NOT NULL,
  checked_at timestamptz NOT NULL,
  CONSTRAINT "PK_e717d4b5777048657e63b13fde4" PRIMARY KEY (tenant_id, line)
);

CREATE TABLE number_check_runs (
  id uuid NOT NULL CONSTRAINT "PK_2615e252f446b48704501195e40" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_800b2057a1274708cc35ec40dd6" REFERENCES tenants (id) ON DELETE CASCADE,
  status text NOT NULL,
  error text,
  waiting_since timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz
);
CREATE INDEX number_check_runs_open ON number_check_runs (tenant_id, id) WHERE status IN ('queued', 'running');

CREATE TABLE number_check_items (
  run_id uuid NOT NULL
    CONSTRAINT "FK_9b65289c39cbc8631d719e4c2eb" REFERENCES number_check_runs (id) ON DELETE CASCADE,
  phone text NOT NULL,
  line text NOT NULL GENERATED ALWAYS AS (${LINE}) STORED,
  tenant_id uuid NOT NULL,
  pending boolean NOT NULL,
  cached boolean NOT NULL DEFAULT false,
  on_whatsapp boolean,
  sender_id uuid,
  checked_at timestamptz,
  CONSTRAINT "PK_582370114b1b3d89b9def1635aa" PRIMARY KEY (run_id, line)
);
CREATE INDEX number_check_items_sender ON number_check_items (sender_id, checked_at)
  WHERE sender_id IS NOT NULL;
CREATE INDEX number_check_items_open ON number_check_items (tenant_id) WHERE pending;
CREATE INDEX number_check_items_tenant ON number_check_items (tenant_id, checked_at)
  WHERE NOT cached AND checked_at IS NOT NULL;
`;
