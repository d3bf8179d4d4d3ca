// Tables that are delivered from one department's database into another's: subscriptions, their runs, what flows.
import { call } from './client'
import type { ListQuery } from './index'
import type { ChangeStage } from './remount'
import type { Both, Condition, Label, Page, Purpose } from './types'

export type Method = 'full' | 'after' | 'changes'
export type OnInvalid = 'flag' | 'hold_back'
export type Schedule = { kind: 'manual' } | { kind: 'cron'; cron: string; working_days?: boolean } | { kind: 'continuous' }
/** Pattern by which a request or a subscription was made. */
export type Template = 'return_flow'
export type SubscriptionState = 'active' | 'paused' | 'halted' | 'ended'

export interface DeliveredColumn {
  item: string
  column?: string | null
  masked?: boolean
}

/** What a subscription says. */
export interface SubscriptionInput {
  name: string
  grant_id: string
  /** Whether the hub itself holds the rows; then there is no agent, target or table. */
  hold?: boolean
  agent_id?: string | null
  target: string
  table: string
  columns: DeliveredColumn[]
  keys: string[]
  row_filter: { all: Condition[] }
  method: Method
  watermark?: string | null
  invalid: OnInvalid
  schedule: Schedule
  purpose: Purpose
  /** Whether rows may be overwritten that something else wrote. */
  adopt: boolean
  ends_ms?: number | null
  template?: Template | null
}

/** Why something did not go well, and what to do. */
export interface RunNotice extends Both {
  code: string
}

export interface Figures {
  read: number
  delivered: number
  repaired: number
  flagged: number
  held: number
  filtered: number
  inserted: number
  updated: number
  deleted: number
  unchanged: number
  bytes: number
  chunks: number
}

/** What a comparison of target and source found. */
export interface Compared {
  same: number
  only_source: number
  only_target: number
  different: number
  /** Some of the rows: `+` only at the source, `-` only at the target, `~` different. */
  keys: string[]
}

export interface Run {
  id: string
  subscription_id: string
  kind: 'deliver' | 'compare'
  mode: 'replace' | 'apply' | 'compare'
  state: 'running' | 'succeeded' | 'stopped' | 'failed'
  started_ms: number
  ended_ms?: number | null
  figures: Figures
  /** Item to code to number of values. */
  remarks: Record<string, Record<string, number>>
  as_of_ms?: number | null
  first_index?: number | null
  last_index?: number | null
  rows_per_second: number
  expected?: number | null
  notice?: RunNotice | null
  compared?: Compared | null
}

export interface Subscription {
  id: string
  input: SubscriptionInput
  state: SubscriptionState
  notice?: RunNotice | null
  /** While it waits for the provider to mend the mount. */
  source_change?: { since_ms: number; stage: ChangeStage } | null
  consumer_id: string
  consumer_name: string
  provider_id: string
  provider_name: string
  resource_id: string
  resource_code: string
  resource_name: string
  /** Conditions of the grant on the rows. */
  rows?: { all: Condition[] }
  labels: Label[]
  created_ms: number
  next_due_ms?: number | null
  last_success_ms?: number | null
  as_of_ms?: number | null
  lag_ms?: number | null
  last_run?: Run | null
  failures: number
  may_change: boolean
}

export interface Misfit extends Both {
  code: string
  /** Empty for the table as a whole. */
  column: string
}

/** How the target stands, before anything is made. */
export interface Checked {
  standing: { creates: boolean; rows: number; misfits: Misfit[]; run?: string | null; position?: string | null }
  first_due_ms?: number | null
}

export interface HeldRow {
  key: string
  /** Item and code of each reason, parted by blanks. */
  reasons: string
  /** A JSON object. */
  row: string
}

/** What flows from one department to another by one subscription. */
export interface Flowing {
  subscription_id: string
  name: string
  provider_id: string
  provider_name: string
  consumer_id: string
  consumer_name: string
  resource_name: string
  target: string
  table: string
  schedule: Schedule
  failures: number
  last_state?: Run['state'] | null
  last_started_ms?: number | null
  state: SubscriptionState
  continuous: boolean
  /** Whether the hub holds the rows for the consumer. */
  held: boolean
  running: boolean
  as_of_ms?: number | null
  lag_ms?: number | null
  runs: number
  failed: number
  rows: number
  bytes: number
}

const reasoned = (verb: string) => (id: string, reason: string) => call<Subscription>('POST', `/api/v1/subscriptions/{id}/${verb}`, { path: { id }, body: { reason } })

export const subscriptions = {
  list: (query: ListQuery = {}) => call<Page<Subscription>>('GET', '/api/v1/subscriptions', { query }),
  get: (id: string) => call<Subscription>('GET', '/api/v1/subscriptions/{id}', { path: { id } }),
  check: (body: SubscriptionInput) => call<Checked>('POST', '/api/v1/subscriptions/check', { body }),
  create: (body: SubscriptionInput) => call<Subscription>('POST', '/api/v1/subscriptions', { body }),
  pause: reasoned('pause'),
  resume: reasoned('resume'),
  end: reasoned('end'),
  run: (id: string) => call<{ run_id: string }>('POST', '/api/v1/subscriptions/{id}/run', { path: { id } }),
  compare: (id: string) => call<{ run_id: string }>('POST', '/api/v1/subscriptions/{id}/compare', { path: { id } }),
  runs: (id: string, query: ListQuery = {}) => call<Page<Run>>('GET', '/api/v1/subscriptions/{id}/runs', { path: { id }, query }),
  held: (id: string) => call<HeldRow[]>('GET', '/api/v1/subscriptions/{id}/held', { path: { id } }),
}

export const runs = { get: (id: string) => call<Run>('GET', '/api/v1/runs/{id}', { path: { id } }) }

export const flows = () => call<Flowing[]>('GET', '/api/v1/flows')
