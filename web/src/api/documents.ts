// Documents that are handed over from one department to another: what there is, and each handover.
import { call } from './client'
import type { ListQuery } from './index'
import type { RunNotice } from './subscriptions'
import type { Label, Page, Purpose } from './types'

export type HandoverState = 'offered' | 'declined' | 'waiting' | 'moving' | 'received' | 'failed' | 'cancelled' | 'lapsed' | 'removed'

/** A folder that takes documents in. */
export interface Place {
  agent_id: string
  target: string
}

/** What is asked for by the consumer, or offered by the provider. */
export interface HandoverInput {
  grant_id: string
  document: string
  /** Left out by the provider; the consumer says it on accepting. */
  to?: Place | null
  purpose: Purpose
  case_no: string
  note: string
  expires_ms?: number | null
}

export interface Handover {
  id: string
  state: HandoverState
  notice?: RunNotice | null
  grant_id: string
  resource_id: string
  resource_code: string
  resource_name: string
  provider_id: string
  provider_name: string
  consumer_id: string
  consumer_name: string
  document: string
  /** For the consumer's own people. */
  to?: Place | null
  purpose: Purpose
  case_no: string
  note: string
  /** Whether the provider began it. */
  offered: boolean
  created_by: string
  created_ms: number
  expires_ms: number
  bytes?: number | null
  moved: number
  bytes_per_second?: number | null
  digest?: string | null
  /** Clean, or no scanner there; unknown before. */
  provider_clean?: boolean | null
  receiver_clean?: boolean | null
  /** Below the target's folder, for the consumer's own people. */
  path?: string | null
  received_ms?: number | null
  /** `asked` until the agent has said it, then `deleted`, `gone` or `changed`. */
  removed?: string | null
  first_index?: number | null
  receipt_index?: number | null
  failures: number
  may_change: boolean
}

/** Documents that may be handed over under a grant. */
export interface Documents {
  items: Label[]
  /** Which of them names the document. */
  name_item: string
  rows: (string | null)[][]
  /** Whether there are more than are told. */
  more: boolean
}

const reasoned = (verb: string) => (id: string, reason: string) => call<Handover>('POST', `/api/v1/handovers/{id}/${verb}`, { path: { id }, body: { reason } })

/** Asked live of the provider's agent, and recorded there and at the hub. */
export const documents = (grant_id: string, q: string) => call<Documents>('GET', '/api/v1/documents', { query: { grant_id, q } })

export const handovers = {
  list: (query: ListQuery = {}) => call<Page<Handover>>('GET', '/api/v1/handovers', { query }),
  get: (id: string) => call<Handover>('GET', '/api/v1/handovers/{id}', { path: { id } }),
  create: (body: HandoverInput) => call<Handover>('POST', '/api/v1/handovers', { body }),
  accept: (id: string, body: Place) => call<Handover>('POST', '/api/v1/handovers/{id}/accept', { path: { id }, body }),
  decline: reasoned('decline'),
  cancel: reasoned('cancel'),
  retry: reasoned('retry'),
}
