// Planned systems and their review.
import { call } from './client'
import type { ListQuery } from './index'
import type { Both, Page } from './types'

export type PlanState = 'draft' | 'signing' | 'matching' | 'under_review' | 'decided'
export type PlanOutcome = 'approve' | 'cut' | 'refuse'
export type PlanDecision = 'reuse' | 'share' | 'build'

export interface Ratio {
  numerator: number
  denominator: number
}

export interface PlannedItem {
  name: string
  element?: string | null
  description: string
  kind?: object | null
}

export interface PlannedResource {
  name: string
  description: string
  items: PlannedItem[]
}

export interface PlanInput {
  name: string
  purpose: string
  functions: string[]
  cost_yuan: number
  starts_on: string
  ends_on: string
  basis: string
  resources: PlannedResource[]
  updated_ms?: number
}

export interface Holding {
  source: string
  id: string
  code: string
  name: string
  organisation_id: string
  organisation_name: string
  system_id?: string | null
  system_name?: string | null
  listed: boolean
  mounted: boolean
  way: 'own' | 'request' | 'demand' | 'withheld'
  link: string
}

export interface ItemHit {
  holding: Holding
  item: string
  zh: string
  element?: string | null
  score: number
  reason: Both
}

export interface ItemMatch {
  place: number
  name: string
  element?: string | null
  exists: boolean
  hits: ItemHit[]
}

export interface ResourceHit {
  holding: Holding
  score: number
  overlaps: boolean
  items: Ratio
  weighted: number
  name: number
  reason: Both
}

export interface ResourceMatch {
  place: number
  name: string
  overlaps: boolean
  advice: PlanDecision
  exists: Ratio
  hits: ResourceHit[]
  items: ItemMatch[]
}

export interface SystemHit {
  id: string
  name: string
  purpose: string
  organisation_id: string
  organisation_name: string
  alive: boolean
  score: number
  functions: string[]
  reason: Both
}

/** What exists of a plan. */
export interface Report {
  resources: ResourceMatch[]
  systems: SystemHit[]
  overlapping: Ratio
  existing_items: Ratio
  looked_through: number
  matched_ms: number
}

export interface Ruling {
  place: number
  decision: PlanDecision
  system_id?: string | null
  resource_ids: string[]
  reason: string
}

export interface PlanDecisionView {
  outcome: PlanOutcome
  reason: string
  granted_yuan?: number | null
  resources: {
    place: number
    name: string
    decision: PlanDecision
    system_id?: string | null
    system_name?: string | null
    targets: { resource_id: string; name: string; organisation_name: string; items: string[]; request_link: string }[]
    reason: string
  }[]
  decided_ms?: number | null
}

export interface PlanLine {
  id: string
  organisation_id: string
  organisation_name: string
  name: string
  cost_yuan: number
  state: PlanState
  outcome?: PlanOutcome | null
  overlapping?: Ratio | null
  due_ms?: number | null
  created_ms: number
  updated_ms: number
}

export interface Plan extends PlanLine, Omit<PlanInput, 'updated_ms'> {
  updated_ms: number
  report?: Report | null
  returned_reason?: string | null
  signed_ms?: number | null
  reply?: string | null
  replied_ms?: number | null
  decision?: PlanDecisionView | null
  system_id?: string | null
  actions: ('change' | 'submit' | 'sign' | 'return' | 'reply' | 'decide')[]
}

const at = (id: string) => ({ path: { id } })
const act = (verb: string) => (id: string, body?: object) => call<Plan>('POST', `/api/v1/plans/{id}/${verb}`, { ...at(id), body })

export const plans = {
  list: (query: ListQuery = {}) => call<Page<PlanLine>>('GET', '/api/v1/plans', { query }),
  get: (id: string) => call<Plan>('GET', '/api/v1/plans/{id}', at(id)),
  file: (body: PlanInput) => call<Plan>('POST', '/api/v1/plans', { body }),
  change: (id: string, body: PlanInput) => call<Plan>('PUT', '/api/v1/plans/{id}', { ...at(id), body }),
  preview: (id: string) => call<Report>('GET', '/api/v1/plans/{id}/preview', at(id)),
  submit: act('submit'),
  sign: act('sign'),
  giveBack: act('return'),
  reply: act('reply'),
  decide: act('decide'),
}
