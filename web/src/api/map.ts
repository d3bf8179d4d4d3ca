// The map of the county's systems and flows, and what each system costs and is used for.
import { call } from './client'
import type { ListQuery } from './index'
import type { Ratio } from './projects'
import type { Both, Page } from './types'

export interface MonthCalls {
  /** `2026-11`. */
  month: string
  start_ms: number
  calls: number
}

export interface Chimney {
  system_id: string
  name: string
  state: string
  built_year?: number | null
  stopped_year?: number | null
  /** Answered calls within the window, as far as the reader may see them. */
  calls: number
  listed: number
  mounted: number
}

export interface ChimneyDepartment {
  organisation_id: string
  name: string
  short_name: string
  systems: Chimney[]
}

export interface CountyFlow {
  consumer_id: string
  consumer_name: string
  provider_id: string
  provider_name: string
  calls: number
  refused: number
  last_ms?: number | null
  state: 'alive' | 'dead' | 'unused'
  grants: number
  unused_grants: number
}

/** The map at a time. */
export interface ChimneyMap {
  at_ms: number
  window_days: number
  /** False when the reader sees only flows of the own department. */
  whole: boolean
  departments: ChimneyDepartment[]
  flows: CountyFlow[]
  months: MonthCalls[]
}

export const chimneys = (at_ms?: number) => call<ChimneyMap>('GET', '/api/v1/chimneys', { query: { at_ms } })

export type BudgetFlag = 'silent' | 'still_paid' | 'nothing_listed' | 'all_withheld' | 'overlaps'

/** What a system cost and what it is used for. */
export interface BudgetLine {
  system_id: string
  name: string
  organisation_id: string
  organisation_name: string
  state: string
  built_year?: number | null
  cost_yuan?: number | null
  /** Yuan a year. */
  yearly_cost_yuan?: number | null
  user_count?: number | null
  /** Yuan a year, people. */
  cost_per_user?: Ratio | null
  calls: number
  refused: number
  cost_per_use?: Ratio | null
  consumers: Ratio
  overlap: Ratio
  listed: Ratio
  mounted: Ratio
  last_call_ms?: number | null
  silent_months?: number | null
  flags: (Both & { flag: BudgetFlag })[]
}

export interface BudgetDetail extends BudgetLine {
  overlaps: { system_id: string; name: string; organisation_name: string; elements: { code: string; zh: string }[] }[]
  served: { organisation_name: string; calls: number; granted: boolean }[]
  months: MonthCalls[]
}

export interface DepartmentSum {
  organisation_id: string
  organisation_name: string
  systems: Ratio
  cost_yuan: number
  yearly_cost_yuan: number
  without_cost: number
  /** What is paid a year for systems that are silent or given up. */
  idle_yearly_yuan: number
  user_count: number
  cost_per_user?: Ratio | null
  calls: number
  cost_per_use?: Ratio | null
  silent: Ratio
  refusing: Ratio
  listed: Ratio
}

export const budget = {
  list: (query: ListQuery = {}) => call<Page<BudgetLine>>('GET', '/api/v1/budget', { query }),
  departments: (query: ListQuery = {}) => call<Page<DepartmentSum>>('GET', '/api/v1/budget/departments', { query }),
  get: (id: string) => call<BudgetDetail>('GET', '/api/v1/budget/systems/{id}', { path: { id } }),
}
