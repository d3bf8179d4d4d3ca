// Rows of a sheet as people name them: `2,5-9`. Pure.
export function rowsText(rows: number[]): string {
  const sorted = [...new Set(rows)].sort((a, b) => a - b)
  const parts: string[] = []
  for (let i = 0; i < sorted.length; i++) {
    const from = sorted[i]!
    while (sorted[i + 1] === sorted[i]! + 1) i++
    parts.push(from === sorted[i] ? String(from) : `${from}-${sorted[i]}`)
  }
  return parts.join(',')
}
