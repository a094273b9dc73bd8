/** The content of messages: files and saved templates. */
export const content = `
-- A provisional file was fetched for a request that has not been accepted yet.
CREATE TABLE media (
  id uuid NOT NULL CONSTRAINT "PK_f4e0fcac36e050de337b670d8bd" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_54e9556d9de74b4d036b2875b39" REFERENCES tenants (id) ON DELETE CASCADE,
  sha256 text NOT NULL,
  mime_type text NOT NULL,
  size_bytes integer NOT NULL,
  file_name text NOT NULL,
  source_url text,
  provisional boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  used_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX media_used ON media (tenant_id, used_at);
CREATE UNIQUE INDEX media_tenant_content ON media (tenant_id, sha256, file_name);
CREATE INDEX media_provisional ON media (created_at) WHERE provisional;

CREATE TABLE templates (
  id uuid NOT NULL CONSTRAINT "PK_515948649ce0bbbe391de702ae5" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_ddd7ea53812fb25d98cc3357926" REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  content text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX templates_tenant_name ON templates (tenant_id, name);
`;
