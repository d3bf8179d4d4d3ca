// Shapes of the HTTP API, taken from the generated description (`npm run gen:api`) and narrowed where it is wider than the
// server: names of states, kinds of values, and JSON that the server passes on from an agent.
import type { components } from './schema'

type Schema = components['schemas']
/** A shape with some of its fields told more exactly. */
type With<Base, Exact> = Omit<Base, keyof Exact> & Exact

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

export type FieldProblem = Schema['FieldError']

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

/** How a value is to be understood; a plain name, or tagged when it names a code set. */
export type Kind = string | { type: string; set?: string }

export type Organisation = With<Schema['Organisation'], { kind: string }>
/** The user as the session tells; the list of users knows more. */
export type User = With<Schema['SessionUser'], { role: Role; disabled?: boolean; created_ms?: number; person?: string | null; must_change_password?: boolean; second_factor?: boolean }>
export type InformationSystem = With<Schema['InformationSystem'], { state: string; yearly_cost_yuan?: number | null; user_count?: number | null; retired_year?: number | null; note?: string | null }>
export type Element = With<Schema['Element'], { kind: Kind }>
export type CodeSet = Schema['Set']

export type ShareType = 'unconditional' | 'conditional' | 'none'
/** State of an entry, as the law names them. */
export type ResourceState = 'draft' | 'signing' | 'under_review' | 'returned' | 'awaiting_publication' | 'published' | 'going_offline' | 'offline'
export type MountState = 'unmounted' | 'pending' | 'returned' | 'mounted' | 'change_pending' | 'changed'

export type ResourceItem = With<
  Schema['Item'],
  {
    kind: Kind
    share_type?: ShareType | null
    share_condition?: string | null
    data_type?: string | null
    length?: number | null
    decimals?: number | null
    responsible_office?: string | null
    source_system?: string | null
    lineage?: string | null
  }
>
export type Mount = Schema['MountView']

/** Who did what on an entry's way, and what is due when. */
export interface Flow {
  since_ms?: number | null
  due_ms?: number | null
  escalated?: number
  submitted_by?: string | null
  submitted_ms?: number | null
  signed_by?: string | null
  signed_ms?: number | null
  reviewed_by?: string | null
  reviewed_ms?: number | null
  returned_by?: string | null
  reasons?: string[]
  text?: string | null
  offline_cause?: string | null
  offline_ms?: number | null
}

/** One difference between two states of an entry. */
export interface EntryChange extends Both {
  kind: 'added' | 'removed' | 'changed'
  path: string
  old?: string | null
  new?: string | null
}

/** A change of a published entry that is under way. */
export interface Revision {
  state: ResourceState
  flow: Flow
  entry: Record<string, unknown>
  changes: EntryChange[]
}

export interface MountChange {
  mount: Mount
  state: 'pending' | 'returned'
  flow: Flow
}

export type Resource = With<
  Schema['Resource'],
  {
    classification: 'base' | 'theme' | 'department'
    share_type: ShareType
    share_method: string
    update_cycle: string
    state: ResourceState
    mount_state: MountState
    items: ResourceItem[]
    mount?: Mount | null
    organisation_credit_code?: string
    responsible_office?: string | null
    responsible_person?: string | null
    contact?: string | null
    class_code?: string | null
    data_range?: string | null
    data_region?: string | null
    data_period?: string | null
    data_class?: string | null
    share_condition_kinds?: string[]
    flow?: Flow
    revision_state?: ResourceState | null
    revision?: Revision | null
    mount_change?: MountChange | null
  }
>

/** An item of a hit in which the question was found. */
export interface FoundItem {
  item: string
  zh: string
  element: string
  is_key: boolean
}

/** A resource that a search found. */
export interface Hit {
  id: string
  code: string
  name: string
  abstract: string
  organisation_id: string
  organisation_name: string
  classification: string
  share_type: ShareType
  state: ResourceState
  mount_state: MountState
  update_cycle: string
  open_to_society: boolean
  published_ms?: number | null
  updated_ms: number
  item_count: number
  found_items: FoundItem[]
  score: number
}

export type FacetName = 'organisation_id' | 'share_type' | 'classification' | 'state' | 'mount_state' | 'update_cycle' | 'open_to_society'
export interface FacetValue {
  value: string
  name?: string | null
  count: number
}

export interface SearchPage extends Page<Hit> {
  facets: Record<FacetName, FacetValue[]>
  elements: string[]
  /** Nothing held every word; what holds some of them is shown. */
  loosened: boolean
}

/** A data element that a question names, with how many hold it. */
export interface HeldElement extends Both {
  code: string
  grade: number
  resources: number
  organisations: number
}

export interface Holder {
  element: string
  resource: Hit
  items: FoundItem[]
}

export interface Holders extends Page<Holder> {
  elements: HeldElement[]
}

/** What the data authority tells every office about the catalogue. */
export interface Announcement {
  id: string
  kind: 'published' | 'revised' | 'going_offline' | 'kept' | 'offline'
  resource_id: string
  code: string
  name: string
  version: number
  organisation_id: string
  organisation_name: string
  text?: string | null
  offline_ms?: number | null
  time_ms: number
}

/** What must not be listed or not be shared. */
export interface NegativeEntry {
  id: string
  name: string
  pattern?: string | null
  element?: string | null
  basis: string
  scope: 'publish' | 'share'
  note?: string | null
  active: boolean
  updated_ms: number
}

/** A class of the catalogue with what is below it. */
export interface ClassBranch {
  classification: Resource['classification']
  code: string
  zh: string
  leaves: { code: string; zh: string }[]
}

export interface ResourceVersion {
  version: number
  name: string
  items: number
  changes: number
  created_ms: number
  created_by?: string | null
}

export type Source = Schema['SourceView']
export type Pin = Schema['PinView']
export type Agent = Schema['AgentView']
export type JoinCode = Schema['JoinView']
export type Trust = Schema['Trust']

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

/** A table as the department's agent lists it. */
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

export type QualityReport = Schema['QualityReport']
export type ItemQuality = Schema['ItemQuality']

/** What a table looks like, made by the department's agent. */
export interface TableProfile {
  table: string
  rows?: RowCount | null
  sampled_rows: number
  sampling: 'all' | 'spread' | 'head'
  columns: ColumnProfile[]
  notes?: TableNote[]
}

export type ClientSystem = Schema['ClientSystem']
export type ClientChoice = Schema['ClientChoice']
export type ClientLabel = Schema['ClientLabel']
export type ClientWithSecret = Schema['ClientWithSecret']

export type ConditionOp = 'eq' | 'in' | 'prefix' | 'at_least' | 'at_most'
export type Condition = With<Schema['ConditionView'], { op: ConditionOp }>
/** Asking for one subject, checking, whole tables, documents, and copies held at the hub. */
export type Shape = 'query' | 'verify' | 'batch' | 'file' | 'hold'
export interface Purpose {
  matter: string
  basis: string
}
export interface GrantItem {
  item: string
  zh?: string
  en?: string
  masked: boolean
  verify_only: boolean
}
export type Grant = With<
  Schema['GrantView'],
  { state: 'active' | 'suspended' | 'revoked' | 'given_back' | 'expired'; items: GrantItem[]; row_filter: { all: Condition[] }; purposes: Purpose[]; shapes: Shape[] }
>
export type NewGrant = With<
  Schema['GrantInput'],
  { items: GrantItem[]; row_filter: { all: Condition[] }; purposes: Purpose[]; shapes: Shape[]; client_ids: string[]; valid_from_ms: number; condition: string | null }
>

/** An item with its names and kind. */
export type Label = With<Schema['ItemLabel'], { kind: Kind }>
/** A grant as the server lists it for those who ask. */
export type CallableGrant = With<Schema['CallableGrant'], { labels: Label[]; keys: Label[]; items: GrantItem[]; purposes: Purpose[]; shapes: Shape[] }>

/** What the caller may ask now, as the pages use it. */
export interface Askable {
  grant: string
  resource: { code: string; name: string }
  provider: { name: string }
  keys: Label[]
  items: (GrantItem & { kind?: Kind })[]
  purposes: Purpose[]
  shapes: Shape[]
  valid_until_ms: number
  quota_per_day?: number
  used_today?: number
  /** The held copy that may answer queries. */
  copy?: { as_of_ms: number; items: string[] } | null
}

export type Station = 'identify' | 'authorise' | 'fetch' | 'standardise' | 'minimise' | 'record' | 'deliver'
export type StationTime = With<Schema['StationTime'], { station: Station }>
export type AnswerItem = With<Schema['ValueView'], { state: 'valid' | 'repaired' | 'invalid' | 'missing' }>

/** The answer to a query (rows) or a check (verdicts). */
export type CallAnswer = With<
  Omit<Schema['QueryAnswer'], 'rows' | 'answered_from'>,
  { answered_from?: 'live' | 'copy';  rows?: { items: Record<string, AnswerItem> }[]; verdicts?: Record<string, 'yes' | 'no' | 'unknown'>; stations: StationTime[] }
>

/** Where a query may be answered from. */
export type AskFrom = 'live' | 'copy' | 'live_or_copy'

export interface CallRequest {
  resource: string
  subject: Record<string, string>
  items?: string[]
  claims?: Record<string, string>
  purpose: Purpose
  case_no: string
  grant?: string
  source?: AskFrom
}

export type EvidenceLine = With<Schema['EvidenceLineView'], { caller_name?: string | null }>
export type EvidenceDetail = With<
  Schema['EvidenceView'],
  {
    entry: Record<string, unknown>
    /** The erasable part with its randomness, for those who may see it. */
    opening?: { r: string; payload: string; said: object } | null
    size?: number
  }
>

export type Overview = Schema['Overview']
