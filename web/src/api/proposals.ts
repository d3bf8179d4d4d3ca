// Reverse cataloguing: what the product proposes for a table, and what a person decided.
import { call } from './client'
import type { Both, Kind, ShareType, TableInfo, TableProfile } from './types'

export type Confidence = 'sure' | 'likely' | 'unsure'

export interface ElementScore extends Both {
  element: string
  score: number
}

export interface CodeProposal {
  value: string
  rows: number
  standard?: string | null
  label?: string | null
}

/** What is proposed for one column. */
export interface ColumnProposal {
  column: string
  comment?: string | null
  lesson_key: string
  role: 'item' | 'as_of' | 'technical' | 'unknown'
  confidence: Confidence
  element?: string | null
  item?: string | null
  zh?: string | null
  en?: string | null
  subject?: string | null
  kind?: Kind | null
  code_map: CodeProposal[]
  is_key: boolean
  grade?: number | null
  share_type?: ShareType | null
  share_basis?: string | null
  reason_zh: string
  reason_en: string
  alternatives: ElementScore[]
}

export interface TableProposal {
  table: string
  resource: {
    name: string
    keys: string[]
    as_of_column?: string | null
    share_type: ShareType
    share_condition?: string | null
    grade: number
    reason_zh: string
    reason_en: string
  }
  columns: ColumnProposal[]
}

export interface Decision {
  column: string
  lesson_key: string
  proposed?: string | null
  chosen?: string | null
}

export const proposals = {
  ofTable: (table: TableInfo, profile: TableProfile | null) => call<TableProposal>('POST', '/api/v1/proposals', { body: { table, profile } }),
  decide: (table: string, decisions: Decision[]) => call<unknown>('POST', '/api/v1/proposals/decisions', { body: { table, decisions } }),
}
