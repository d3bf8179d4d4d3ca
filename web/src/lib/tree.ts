// Things with a parent as a tree. Pure.

export interface Branch<Row> {
  row: Row
  depth: number
  children: Branch<Row>[]
  /** Everything below it, itself not counted. */
  below: number
}

/** The tree of rows; a row whose parent is not there stands at the top. A circle, which cannot be reached from the top, is left out. */
export function treeOf<Row>(rows: Row[], id: (row: Row) => string, parent: (row: Row) => string | null | undefined): Branch<Row>[] {
  const known = new Set(rows.map(id))
  const children = new Map<string, Row[]>()
  for (const row of rows) {
    const above = parent(row)
    const key = above && known.has(above) ? above : ''
    children.set(key, [...(children.get(key) ?? []), row])
  }
  const grow = (key: string, depth: number): Branch<Row>[] =>
    (children.get(key) ?? []).map((row) => {
      const below = grow(id(row), depth + 1)
      return { row, depth, children: below, below: below.reduce((sum, one) => sum + 1 + one.below, 0) }
    })
  return grow('', 0)
}

/** The rows that a tree shows: a closed branch hides what is below it. */
export function visible<Row>(tree: Branch<Row>[], isOpen: (row: Row) => boolean): Branch<Row>[] {
  return tree.flatMap((branch) => [branch, ...(isOpen(branch.row) ? visible(branch.children, isOpen) : [])])
}
