import { describe, expect, it } from 'vitest'
import { each, ratio } from '@/pages/budget/budget'

describe('the budget view', () => {
  it('shows both numbers of a share', () => expect(ratio({ numerator: 3_260_000, denominator: 1200 })).toBe('3,260,000 / 1,200'))
  it('has a cost per use only where somebody used it and the cost is known', () => {
    expect([each({ numerator: 1000, denominator: 3 }), each({ numerator: 0, denominator: 5 }), each({ numerator: 5, denominator: 0 }), each(null), each(undefined)]).toEqual(['333.33', '0', '—', '—', '—'])
  })
})
