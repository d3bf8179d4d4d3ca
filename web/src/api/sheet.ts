// Many resources at once, out of a file that an office filled in, and the catalogue as such a file.
import { sendForm } from './client'
import type { ListQuery } from './index'
import type { Both } from './types'

/** What is wrong with one cell. */
export interface CellFault extends Both {
  sheet: string
  /** As the spreadsheet counts; 0 for the sheet as a whole. */
  row: number
  /** Letters; empty for the row as a whole. */
  column: string
  header: string
  value: string
  code: string
}

export interface ImportReport {
  token: string
  resources: number
  items: number
  faults: CellFault[]
  more_faults: number
  faultless_rows: number[]
  imported: { row: number; id: string; code: string; name: string }[]
}

export const TEMPLATE = '/api/v1/catalogue/template.xlsx'

/** Checks a file; with rows to accept and the token of the check, imports them. */
export function importFile(file: File, accept?: string, token?: string): Promise<ImportReport> {
  const form = new FormData()
  form.append('file', file)
  if (accept) form.append('accept', accept)
  if (token) form.append('token', token)
  return sendForm<ImportReport>('/api/v1/catalogue/import', form)
}

/** Where the catalogue comes as a file, narrowed as the list is. */
export function exportAddress(format: 'xlsx' | 'json', query: ListQuery): string {
  const wanted = new URLSearchParams({ format })
  for (const [name, value] of Object.entries(query)) if (value) wanted.set(name, String(value))
  return `/api/v1/catalogue/export?${wanted}`
}
