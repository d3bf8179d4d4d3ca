// A table that was changed at its source: what the department is proposed, and what flows back from offices above.
import { call } from './client'
import type { Confidence } from './proposals'
import type { RequestInput } from './sharing'
import type { RunNotice, SubscriptionInput } from './subscriptions'
import type { Mount } from './types'

/** How far the mending of a changed source has come. */
export type ChangeStage = 'looking' | 'proposed' | 'review' | 'pinning'

export interface ColumnChoice {
  column: string
  score: number
  reason_zh: string
  reason_en: string
}

export interface ItemRemount {
  item: string
  zh: string
  en: string
  before: string
  state: 'kept' | 'doubtful' | 'gone'
  after?: string | null
  confidence: Confidence
  reason_zh: string
  reason_en: string
  others: ColumnChoice[]
}

/** A proposed mount, item by item. */
export interface Remount {
  table_before: string
  table?: string | null
  table_reason_zh: string
  table_reason_en: string
  tables: string[]
  as_of_before?: string | null
  columns: { name: string; declared?: string; comment?: string | null }[]
  items: ItemRemount[]
  mount: Mount
}

/** A changed source as its own department sees it. */
export interface ChangedSource {
  since_ms: number
  found: RunNotice
  stage: ChangeStage
  waiting: number
  proposal?: Remount | null
  failure?: RunNotice | null
  looked_ms?: number | null
}

/** A register that can flow back to the own office. */
export interface ReturnFlow {
  resource_id: string
  resource_code: string
  resource_name: string
  provider_id: string
  provider_name: string
  item: string
  item_zh: string
  item_en: string
  region: string
  prefix: string
  request: RequestInput
  request_id?: string | null
  grant_id?: string | null
  subscription?: SubscriptionInput | null
}

export const remounts = {
  get: (id: string) => call<ChangedSource | null>('GET', '/api/v1/resources/{id}/mount/proposal', { path: { id } }),
  look: (id: string, table?: string) => call<ChangedSource | null>('POST', '/api/v1/resources/{id}/mount/proposal', { path: { id }, body: table ? { table } : {} }),
}

export const returnFlows = () => call<ReturnFlow[]>('GET', '/api/v1/subscriptions/templates')
