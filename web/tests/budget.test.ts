import { describe, expect, it } from 'vitest'
import { each, inWan, perOne, ratio, stillPaid } from '@/pages/budget/budget'

describe('the budget view', () => {
  it('shows both numbers of a share', () => expect(ratio({ numerator: 3_260_000, denominator: 1200 })).toBe('3,260,000 / 1,200'))
  it('has a cost per use only where somebody used it and the cost is known', () => {
    expect([each({ numerator: 1000, denominator: 3 }), each({ numerator: 0, denominator: 5 }), each({ numerator: 5, denominator: 0 }), each(null), each(undefined)]).toEqual(['333.33', '0', '—', '—', '—'])
  })
  it('gives spreadsheets numbers, and nothing where nothing is known', () => {
    expect([perOne({ numerator: 340_000, denominator: 148 }), perOne({ numerator: 36_000, denominator: 0 }), perOne(undefined)]).toEqual([2297.3, null, null])
    expect([inWan(120_000), inWan(0), inWan(null), inWan(undefined)]).toEqual([12, 0, null, null])
  })
  it('knows what is paid for nothing', () => {
    const flag = (name: 'silent' | 'still_paid') => ({ flag: name, zh: '', en: '' })
    expect([stillPaid({ flags: [flag('silent'), flag('still_paid')] }), stillPaid({ flags: [flag('silent')] })]).toEqual([true, false])
  })
})
