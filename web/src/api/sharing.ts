// Requests for sharing, the board of supply and demand, and what may be done to a grant.
import { call } from './client'
import type { ListQuery } from './index'
import type { Both, ClientLabel, Condition, Grant, GrantItem, Page, Role, Shape } from './types'

export type RequestState =
  | 'draft'
  | 'signing'
  | 'checking'
  | 'incomplete'
  | 'deciding'
  | 'provider_signing'
  | 'approved'
  | 'refused'
  | 'delivering'
  | 'delivered'
  | 'withdrawn'
  | 'lapsed'

export type RequestAct =
  | 'change'
  | 'submit'
  | 'return'
  | 'sign'
  | 'accept'
  | 'gaps'
  | 'complete'
  | 'decision'
  | 'decision_return'
  | 'decision_sign'
  | 'extension'
  | 'extension_consent'
  | 'accept_scope'
  | 'deliver'
  | 'withdraw'

/** What is asked. */
export interface RequestInput {
  resource_id: string
  basis: string
  scenario: string
  matters: string[]
  items: GrantItem[]
  row_filter: { all: Condition[] }
  region?: string | null
  method: 'interface' | 'batch' | 'file'
  /** Pattern by which it was made. */
  template?: 'return_flow' | null
  shapes: Shape[]
  valid_until_ms: number
  calls_per_day: number
  calls_per_second: number
  client_ids: string[]
  measures: string
  contact: string
}

/** What is given. */
export interface Scope {
  items: GrantItem[]
  row_filter: { all: Condition[] }
  shapes: Shape[]
  valid_until_ms: number
  calls_per_day: number
  calls_per_second: number
  condition?: string | null
}

export interface Gap extends Both {
  path: string
  code: string
  blocking: boolean
}

export interface Difference extends Both {
  path: string
}

export interface RequestDecision {
  outcome: 'approve' | 'refuse'
  reasons: string[]
  reasons_zh: string[]
  reasons_en: string[]
  text: string
  scope?: Scope | null
  differences: Difference[]
  by_rule: boolean
}

/** A legal clock as people read it. */
export interface ClockView {
  stage?: 'reply' | 'delivery' | 'completion' | 'answer' | 'listing' | null
  from_ms?: number | null
  days: number
  passed_days: number
  due_ms?: number | null
  late: boolean
  /** 1 reminded, 2 the head was told, 3 the data authority was told, 4 marked overdue. */
  escalation: number
  overdue: number
  frozen_ms: number
}

/** The consumer's clock while it fills the gaps of the notice. */
export interface CompletionView {
  from_ms: number
  days: number
  passed_days: number
  due_ms: number
  late: boolean
}

export interface SharingRequest {
  id: string
  state: RequestState
  since_ms: number
  unconditional: boolean
  consumer_id: string
  consumer_name: string
  provider_id: string
  provider_name: string
  resource_code: string
  resource_name: string
  content: RequestInput
  clients: ClientLabel[]
  proposed_gaps: Gap[]
  gaps: Gap[]
  noticed: boolean
  decision?: RequestDecision | null
  extension?: { days: number; reason: string; agreed?: boolean | null; asked_ms: number } | null
  clock: ClockView
  completion?: CompletionView | null
  grant_id?: string | null
  side: 'consumer' | 'provider' | 'other'
  may: RequestAct[]
  created_ms: number
  signed_ms?: number | null
  decided_ms?: number | null
  delivered_ms?: number | null
}

export interface TimelineEvent extends Both {
  id: string
  kind: string
  time_ms: number
  organisation?: string | null
  role?: Role | null
  text?: string | null
  detail?: unknown
  evidence_index?: number | null
}

export interface Choice extends Both {
  code: string
}

export interface SharingChoices {
  refusal_reasons: Choice[]
  breach_causes: Choice[]
  stop_causes: Choice[]
  extension_days: number
  completion_days: number
  listing_days: number
}

const at = (id: string) => ({ path: { id } })
const act = (verb: string) => (id: string, body?: object) => call<SharingRequest>('POST', `/api/v1/requests/{id}/${verb}`, { ...at(id), body })

export const sharingChoices = () => call<SharingChoices>('GET', '/api/v1/sharing/choices')

export const requests = {
  list: (query: ListQuery = {}) => call<Page<SharingRequest>>('GET', '/api/v1/requests', { query }),
  get: (id: string) => call<SharingRequest>('GET', '/api/v1/requests/{id}', at(id)),
  draft: (body: RequestInput) => call<SharingRequest>('POST', '/api/v1/requests', { body }),
  change: (id: string, body: RequestInput) => call<SharingRequest>('PUT', '/api/v1/requests/{id}', { ...at(id), body }),
  timeline: (id: string) => call<{ items: TimelineEvent[] }>('GET', '/api/v1/requests/{id}/timeline', at(id)),
  submit: act('submit'),
  giveBack: act('return'),
  sign: act('sign'),
  accept: act('accept'),
  gaps: act('gaps'),
  complete: act('complete'),
  decide: act('decision'),
  returnDecision: act('decision/return'),
  signDecision: act('decision/sign'),
  askExtension: act('extension'),
  answerExtension: act('extension/consent'),
  acceptScope: act('accept-scope'),
  deliver: act('deliver'),
  withdraw: act('withdraw'),
}

/** A grant with what became of it. */
export type GrantInUse = Grant & { request_id?: string | null; cause?: string | null; rectification?: string | null; rectified_ms?: number | null }

const change = (verb: string) => (id: string, body: { cause?: string; reason: string }) => call<Grant>('POST', `/api/v1/grants/{id}/${verb}`, { ...at(id), body })
export const grantActs = {
  suspend: change('suspend'),
  resume: change('resume'),
  revoke: change('revoke'),
  terminate: change('terminate'),
  rectify: (id: string, text: string) => call<Grant>('POST', '/api/v1/grants/{id}/rectification', { ...at(id), body: { text } }),
  giveBack: (id: string, reason: string) => call<Grant>('POST', '/api/v1/grants/{id}/give-back', { ...at(id), body: { reason } }),
  timeline: (id: string) => call<{ items: TimelineEvent[] }>('GET', '/api/v1/grants/{id}/timeline', at(id)),
}

export interface NeedInput {
  title: string
  description: string
  elements: string[]
  scenario: string
  basis: string
}

export interface Need {
  id: string
  state: 'open' | 'committed' | 'designated' | 'listed' | 'closed'
  content: NeedInput
  consumer_id: string
  consumer_name: string
  responsible_id?: string | null
  responsible_name?: string | null
  resource_id?: string | null
  resource_code?: string | null
  resource_name?: string | null
  answers: { organisation_id: string; organisation_name: string; holds: boolean; reason: string; time_ms: number }[]
  clock: ClockView
  may: string[]
  created_ms: number
  closing?: string | null
}

const needAct = (verb: string) => (id: string, body: object) => call<Need>('POST', `/api/v1/needs/{id}/${verb}`, { ...at(id), body })
export const needs = {
  list: (query: ListQuery = {}) => call<Page<Need>>('GET', '/api/v1/needs', { query }),
  get: (id: string) => call<Need>('GET', '/api/v1/needs/{id}', at(id)),
  post: (body: NeedInput) => call<Need>('POST', '/api/v1/needs', { body }),
  timeline: (id: string) => call<{ items: TimelineEvent[] }>('GET', '/api/v1/needs/{id}/timeline', at(id)),
  answer: needAct('answers'),
  designate: needAct('designate'),
  link: needAct('link'),
  close: needAct('close'),
}
