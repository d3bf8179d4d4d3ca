// The classes as rows with a parent, each with its whole code. Pure.
import type { ClassBranch, Resource } from '@/api'

export interface ClassRow {
  code: string
  parent: string | null
  name: string
  level: 'class' | 'item' | 'eye'
  classification: Resource['classification']
}

export const CLASSES: Resource['classification'][] = ['base', 'theme', 'department']

export function classRows(branches: ClassBranch[], nameOf: (one: Resource['classification']) => string): ClassRow[] {
  return CLASSES.flatMap((classification, i): ClassRow[] => {
    const digit = String(i + 1)
    const below = branches.filter((one) => one.classification === classification)
    return [
      { code: digit, parent: null, name: nameOf(classification), level: 'class', classification },
      ...below.flatMap((one): ClassRow[] => [
        { code: digit + one.code, parent: digit, name: one.zh, level: 'item', classification },
        ...one.leaves.map((leaf): ClassRow => ({ code: digit + one.code + leaf.code, parent: digit + one.code, name: leaf.zh, level: 'eye', classification })),
      ]),
    ]
  })
}
