// Lists as CSV that a spreadsheet opens rightly and harmlessly.

/** Characters with which a spreadsheet begins a formula. */
const FORMULA = /^[=+\-@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20]/

/**
 * One cell. Text that a spreadsheet would run as a formula gets an apostrophe before it, so that a name such as
 * `=HYPERLINK(...)` typed by somebody stays a text. Plain numbers keep their sign.
 */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  let text = String(value)
  const signedNumber = /^[+-]?\d+(\.\d+)?$/.test(text)
  if (!signedNumber && (FORMULA.test(text) || FORMULA.test(text.trimStart()))) text = `'${text}`
  // Long digit strings (resident ids, credit codes) lose their end when read as numbers.
  if (/^\d{12,}$/.test(text)) text = `${text}\t`
  return /[",\r\n\t]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
}

/** A whole table with its header line, with the byte order mark by which Excel knows UTF-8. */
export function toCsv(header: string[], rows: unknown[][]): string {
  return `\uFEFF${[header, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`
}

/** Hands a text, or bytes that have a type already, to the browser as a file. */
export function saveFile(name: string, content: string | Blob, type = 'text/csv;charset=utf-8'): void {
  const address = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  document.body.appendChild(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(address), 1000)
}
