import { describe, expect, it } from 'vitest'
import { csvCell, toCsv } from '@/lib/csv'

describe('csvCell', () => {
  it('makes every beginning of a formula harmless, hidden behind spaces or in full width too', () => {
    for (const evil of ['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\t=1', '\r=1', '  =1', '＝1', '＋1', '－1', '＠x']) expect(csvCell(evil).replace(/^"/, '')).toMatch(/^'/)
  })
  it('leaves plain texts and signed numbers as they are', () => {
    expect(csvCell('青溪县')).toBe('青溪县')
    expect(csvCell(-12.5)).toBe('-12.5')
    expect(csvCell(null)).toBe('')
    expect(csvCell(0)).toBe('0')
  })
  it('quotes what would end a cell', () => {
    expect(csvCell('a,b')).toBe('"a,b"')
    expect(csvCell('say "x"')).toBe('"say ""x"""')
    expect(csvCell('=HYPERLINK("a,b")')).toBe(`"'=HYPERLINK(""a,b"")"`)
  })
  it('keeps long numbers from being rounded by a spreadsheet', () => {
    expect(csvCell('330106199001011234')).toBe('"330106199001011234\t"')
  })
})

it('a table begins with the mark by which spreadsheets know UTF-8', () => {
  expect(toCsv(['甲', '乙'], [[1, '=x']])).toBe("\uFEFF甲,乙\r\n1,'=x\r\n")
})
