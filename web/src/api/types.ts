// Shapes of the HTTP API, as docs/api-design.md lays them down.

export type Role =
  | 'platform_operator'
  | 'business_operator'
  | 'security_auditor'
  | 'department_head'
  | 'department_operator'
  | 'department_developer'

/** What every list answers. */
export interface Page<T> {
  items: T[]
  total: number
  page: number
  page_size: number
}

export interface Both {
  zh: string
  en: string
}

export interface FieldProblem extends Both {
  path: string
  code: string
}

/** The body of every refusal. */
export interface Problem extends Both {
  code: string
  fields?: FieldProblem[]
  trace?: string
  station?: Station
  source?: string
  provider?: string
  since_ms?: number
}

export interface Organisation {
  id: string
  name: string
  short_name?: string | null
  credit_code: string
  parent_id?: string | null
  kind?: string | null
  region?: string | null
}

export interface User {
  id: string
  username: string
  display_name: string
  role: Role
  organisation: { id: string; name: string; credit_code?: string }
  disabled?: boolean
}

export interface InformationSystem {
  id: string
  organisation_id: string
  organisation_name: string
  name: string
  purpose?: string | null
  state?: string | null
  built_year?: number | null
  owner?: string | null
}

/** How a value is to be understood; a plain name, or tagged when it names a code set. */
export type Kind = string | { type: string; set?: string }

export interface Element {
  code: string
  zh: string
  en: string
  kind: Kind
  standard?: string | null
  grade?: string | number | null
}

export interface CodeSet {
  id: string
  zh: string
  en: string
  standard?: string | null
  version?: string | null
  codes?: { code: string; zh: string; en?: string | null; current?: boolean }[]
}

export interface ResourceItem {
  item: string
  zh: string
  en?: string
  element?: string | null
  kind: Kind
  required?: boolean
  is_key?: boolean
  sensitive?: boolean
  share_type?: ShareType | null
  no_share_basis?: string | null
  note?: string | null
}

export type ShareType = 'unconditional' | 'conditional' | 'none'
export type ResourceState = 'draft' | 'published' | 'offline'
export type MountState = 'unmounted' | 'mounted' | 'changed'

export interface Mount {
  agent_id: string
  agent_name?: string
  source: string
  table: string
  keys: string[]
  as_of_column?: string | null
  columns: { item: string; column: string; code_map?: Record<string, string> }[]
}

export interface Resource {
  id: string
  code: string
  name: string
  abstract?: string | null
  organisation_id: string
  organisation_name: string
  system_id?: string | null
  system_name?: string | null
  classification: 'base' | 'theme' | 'department'
  share_type: ShareType
  share_condition?: string | null
  no_share_basis?: string | null
  update_cycle?: string | null
  format?: string | null
  open_to_society?: boolean
  state: ResourceState
  mount_state: MountState
  items: ResourceItem[]
  mount?: Mount | null
  published_ms?: number | null
  updated_ms?: number | null
}

export interface Source {
  name: string
  kind: string
  up: boolean
  since_ms: number
  reason?: string | null
}

export interface Pin {
  grant_id: string
  state: string
  reason?: string | null
  resource_name?: string
  consumer_name?: string
}

export interface Agent {
  id: string
  name: string
  organisation_id: string
  organisation_name?: string
  disabled?: boolean
  joined_ms?: number | null
  join_expires_ms?: number | null
  connected?: boolean
  connected_since_ms?: number | null
  version?: string
  certificate_until_ms?: number | null
  evidence_key?: string | null
  sources?: Source[]
  pins?: Pin[]
}

export interface JoinCode {
  agent: Agent
  join_code: string
  expires_ms: number
}

/** A remark on a table, with its place. */
export interface TableNote extends Both {
  code: string
  line?: number | null
  count?: number
}

export interface RowCount {
  rows: number
  exact: boolean
}

export interface TableInfo {
  name: string
  form?: string
  comment?: string | null
  rows?: RowCount | null
  columns: { name: string; declared?: string; comment?: string | null; key?: boolean; indexed?: boolean }[]
  notes?: TableNote[]
}

export interface ColumnProfile {
  name: string
  nulls: number
  distinct: { values: number; exact: boolean }
  patterns: { shape: string; rows: number; share: number }[]
  /** What the values can be read as, best first. */
  kinds: { kind: Kind; share: number; repaired: number }[]
  /** Masked. */
  examples: string[]
  /** The department's own codes, when the column plainly is a list of codes. */
  codes: { value: string; rows: number }[]
}

export interface TableProfile {
  table: string
  rows?: RowCount | null
  sampled_rows: number
  sampling: 'all' | 'spread' | 'head'
  columns: ColumnProfile[]
  notes?: TableNote[]
}

export interface ClientSystem {
  id: string
  client_id: string
  name: string
  system_id?: string | null
  organisation_id: string
  organisation_name?: string
  disabled: boolean
  public_key_pem?: string | null
}

export interface GrantItem {
  item: string
  zh?: string
  en?: string
  masked: boolean
  verify_only: boolean
}

export interface Purpose {
  matter: string
  basis: string
}

export type ConditionOp = 'eq' | 'in' | 'prefix' | 'at_least' | 'at_most'

export interface Condition {
  item: string
  op: ConditionOp
  values: string[]
}

export type Shape = 'query' | 'verify'

export interface Grant {
  id: string
  state: 'active' | 'suspended' | 'revoked' | 'expired'
  version: number
  consumer_id: string
  consumer_name: string
  provider_id: string
  provider_name: string
  resource_id: string
  resource_code: string
  resource_name: string
  client_ids: string[]
  items: GrantItem[]
  row_filter: { all: Condition[] }
  purposes: Purpose[]
  shapes: Shape[]
  valid_from_ms: number
  valid_until_ms: number
  quota_per_day: number
  quota_per_second: number
  condition?: string | null
  pin_state: 'accepted' | 'pending' | 'refused' | 'revoked' | 'offline' | string
  pin_reason?: string | null
  used_today: number
  created_ms: number
  reason?: string | null
}

export type NewGrant = Pick<
  Grant,
  | 'consumer_id'
  | 'resource_id'
  | 'client_ids'
  | 'items'
  | 'row_filter'
  | 'purposes'
  | 'shapes'
  | 'valid_from_ms'
  | 'valid_until_ms'
  | 'quota_per_day'
  | 'quota_per_second'
> & { condition: string | null }

/** An item with its names and kind. */
export interface Label extends Both {
  item: string
  kind: Kind
}

/** A grant as the server lists it for those who ask. */
export interface CallableGrant {
  id: string
  resource_code: string
  resource_name: string
  provider_name: string
  labels: Label[]
  items: GrantItem[]
  keys: Label[]
  purposes: Purpose[]
  shapes: Shape[]
  valid_until_ms: number
  quota_per_day: number
  used_today: number
}

/** What the caller may ask now, as the pages use it. */
export interface Askable {
  grant: string
  resource: { code: string; name: string }
  provider: { name: string }
  keys: Label[]
  items: (GrantItem & { en?: string; kind?: Kind })[]
  purposes: Purpose[]
  shapes: Shape[]
  valid_until_ms: number
  quota_per_day?: number
  used_today?: number
}

export type Station = 'identify' | 'authorise' | 'fetch' | 'standardise' | 'minimise' | 'record' | 'deliver'

export interface StationTime {
  station: Station
  where: 'hub' | 'agent' | string
  us: number
}

export interface AnswerItem {
  value: string | null
  state: 'valid' | 'repaired' | 'invalid' | 'missing'
  flags?: string[]
  raw?: string | null
}

export interface CallAnswer {
  call: string
  resource: { code: string; name: string }
  provider: { name: string; credit_code?: string }
  rows?: { items: Record<string, AnswerItem> }[]
  verdicts?: Record<string, 'yes' | 'no' | 'unknown'>
  as_of_ms: number
  as_of_from_source: boolean
  evidence: { index: number; checkpoint_size: number; digest: string }
  stations: StationTime[]
}

export interface CallRequest {
  resource: string
  subject: Record<string, string>
  items?: string[]
  claims?: Record<string, string>
  purpose: Purpose
  case_no: string
  grant?: string
}

export interface EvidenceLine {
  index: number
  kind: string
  time_ms: number
  consumer?: string | null
  provider?: string | null
  resource?: string | null
  grant?: string | null
  matter?: string | null
  call?: string | null
  caller?: string | null
  code?: string | null
  consumer_name?: string | null
  provider_name?: string | null
}

export interface EvidenceDetail {
  index: number
  leaf: string
  entry: Record<string, unknown>
  consumer_name?: string | null
  provider_name?: string | null
  /** The erasable part with its randomness, for those who may see it. */
  opening?: { r: string; payload: string; said: Record<string, unknown> } | null
  proof: string[]
  checkpoint: string
  verifier_key: string
}

export interface Overview {
  calls_today: number
  refusals_today: number
  grants_active: number
  grants_expiring: number
  pins_waiting: number
  agents: number
  agents_connected: number
  sources_down: (Source & { agent_name: string })[]
  evidence_size: number
}

export interface Trust {
  ca_pem: string
  link_address: string
  link_server_name: string
}
