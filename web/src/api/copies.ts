// Copies held at the hub for comparison and statistics.
import { call } from './client'
import type { ListQuery } from './index'
import type { Condition, Label, Page } from './types'

export interface CopyState {
  run_id: string
  as_of_ms: number
  taken_ms: number
  rows: number
  bytes: number
  digest: string
}

export interface HeldCopy {
  subscription_id: string
  name: string
  grant_id: string
  resource_id: string
  resource_code: string
  resource_name: string
  provider_id: string
  provider_name: string
  consumer_id: string
  consumer_name: string
  labels: Label[]
  columns: { item: string; masked: boolean }[]
  keys: string[]
  /** Whether conditions of the subscription leave rows out; then it answers no queries about one subject. */
  narrowed: boolean
  current: CopyState
  /** The state before, for what changed. */
  previous?: CopyState | null
  next_due_ms?: number | null
  may_use: boolean
}

interface Proof {
  index: number
  checkpoint_size: number
  digest: string
}

export interface Counted {
  by: string[]
  groups: { values: (string | null)[]; rows: number }[]
  /** Groups too small to be shown, and those hidden with them. */
  hidden_groups: number
  /** Null when it would tell how large a hidden group is. */
  rows?: number | null
  least: number
  as_of_ms: number
  evidence: Proof
}

export interface CopiesCompared {
  items: string[]
  same: number
  only_left: number
  only_right: number
  different: number
  not_compared: number
  differences: { item: string; rows: number }[]
  /** Some of the rows: `+` only in this copy, `-` only in the other, `~` different. */
  keys: string[]
  left_as_of_ms: number
  right_as_of_ms: number
  evidence: Proof
}

export const copies = {
  list: (query: ListQuery = {}) => call<Page<HeldCopy>>('GET', '/api/v1/copies', { query }),
  get: (id: string) => call<HeldCopy>('GET', '/api/v1/copies/{id}', { path: { id } }),
  count: (id: string, by: string[], all: Condition[]) => call<Counted>('POST', '/api/v1/copies/{id}/count', { path: { id }, body: { by, row_filter: { all } } }),
  /** With another copy, or with its own state before. */
  compare: (id: string, other: string | null) => call<CopiesCompared>('POST', '/api/v1/copies/{id}/compare', { path: { id }, body: { with: other } }),
}
