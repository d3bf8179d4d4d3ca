// A list as a file for a spreadsheet. The writer of Excel files is loaded when it is first wanted.
import { saveFile, toCsv } from './csv'
import { dateOnly } from './time'

export type ExportFormat = 'csv' | 'xlsx'
export type ExportCell = string | number | null | undefined

/** The name of an exported file: what it is, and the day. */
export function exportName(name: string, format: ExportFormat, now = Date.now()): string {
  return `${name}-${dateOnly(now)}.${format}`
}

/** The cells of a sheet. Every text stays a text, so that a name that begins with `=` is never run as a formula. */
export function sheetCells(header: string[], rows: ExportCell[][]): ({ value: string | number; type: StringConstructor | NumberConstructor; fontWeight?: 'bold' } | null)[][] {
  const cell = (value: ExportCell) => {
    if (value === null || value === undefined || value === '') return null
    return typeof value === 'number' && Number.isFinite(value) ? { value, type: Number } : { value: String(value), type: String }
  }
  return [header.map((value) => ({ value, type: String, fontWeight: 'bold' as const })), ...rows.map((row) => row.map(cell))]
}

/** The width of each column in characters; a Chinese character is as wide as two. */
function widths(header: string[], rows: ExportCell[][]): { width: number }[] {
  const wide = (value: ExportCell) => [...String(value ?? '')].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 255 ? 2 : 1), 0)
  return header.map((title, i) => ({ width: Math.min(60, Math.max(wide(title), ...rows.slice(0, 200).map((row) => wide(row[i]))) + 2) }))
}

/** Hands the rows to the browser as a file. */
export async function exportRows(format: ExportFormat, name: string, header: string[], rows: ExportCell[][]): Promise<void> {
  if (format === 'csv') {
    saveFile(exportName(name, 'csv'), toCsv(header, rows))
    return
  }
  const { default: writeSheet } = await import('write-excel-file/universal')
  const blob = await writeSheet(sheetCells(header, rows), { columns: widths(header, rows), stickyRowsCount: 1 }).toBlob()
  saveFile(exportName(name, 'xlsx'), blob)
}
