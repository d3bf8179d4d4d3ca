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
export type User = With<Schema['SessionUser'], { role: Role; disabled?: boolean; created_ms?: number }>
export type InformationSystem = With<Schema['InformationSystem'], { state: string }>
export type Element = With<Schema['Element'], { kind: Kind }>
export type CodeSet = Schema['Set']

export type ShareType = 'unconditional' | 'conditional' | 'none'
export type ResourceState = 'draft' | 'published' | 'offline'
export type MountState = 'unmounted' | 'mounted' | 'changed'

export type ResourceItem = With<Schema['Item'], { kind: Kind; share_type?: ShareType | null }>
export type Mount = Schema['MountView']
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
  }
>

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
export type ClientWithSecret = Schema['ClientWithSecret']

export type ConditionOp = 'eq' | 'in' | 'prefix' | 'at_least' | 'at_most'
export type Condition = With<Schema['ConditionView'], { op: ConditionOp }>
export type Shape = 'query' | 'verify'
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
  { state: 'active' | 'suspended' | 'revoked' | 'expired'; items: GrantItem[]; row_filter: { all: Condition[] }; purposes: Purpose[]; shapes: Shape[] }
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
}

export type Station = 'identify' | 'authorise' | 'fetch' | 'standardise' | 'minimise' | 'record' | 'deliver'
export type StationTime = With<Schema['StationTime'], { station: Station }>
export type AnswerItem = With<Schema['ValueView'], { state: 'valid' | 'repaired' | 'invalid' | 'missing' }>

/** The answer to a query (rows) or a check (verdicts). */
export type CallAnswer = With<
  Omit<Schema['QueryAnswer'], 'rows'>,
  { rows?: { items: Record<string, AnswerItem> }[]; verdicts?: Record<string, 'yes' | 'no' | 'unknown'>; stations: StationTime[] }
>

export interface CallRequest {
  resource: string
  subject: Record<string, string>
  items?: string[]
  claims?: Record<string, string>
  purpose: Purpose
  case_no: string
  grant?: string
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
