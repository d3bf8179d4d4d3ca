// A consistency proof out of the public hash tiles. The tiles need not be trusted: a wrong one gives a proof that fails.
import { nodeHash, type Hash } from '@/ledger/tree'

const WIDTH = 256

/** The largest power of two below `n`; `n` is at least 2. */
function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

/** Reads the bytes of a tile path such as `tile/0/x001/067.p/12`. */
export type TileReader = (path: string) => Promise<Uint8Array | undefined>

/** The address of a tile: three digits a step, all but the last marked with `x`. */
export function tilePath(level: number, index: number, width: number): string {
  const steps: string[] = []
  for (let rest = index, last = true; last || rest > 0; rest = Math.floor(rest / 1000), last = false) {
    steps.unshift(`${last ? '' : 'x'}${String(rest % 1000).padStart(3, '0')}`)
  }
  return `tile/${level}/${steps.join('/')}${width < WIDTH ? `.p/${width}` : ''}`
}

/** Hashes of subtrees of a tree of `size` entries, read from its tiles. */
export class TileTree {
  private readonly kept = new Map<string, Promise<Uint8Array>>()
  private readonly size: number
  private readonly read: TileReader

  constructor(size: number, read: TileReader) {
    this.size = size
    this.read = read
  }

  private async bytes(path: string): Promise<Uint8Array> {
    const found = await this.read(path)
    if (!found) throw new Error(`tile ${path} is missing`)
    return found
  }

  private async hash(level: number, at: number): Promise<Hash> {
    const all = Math.floor(this.size / WIDTH ** level)
    const tile = Math.floor(at / WIDTH)
    const path = tilePath(level, tile, Math.min(WIDTH, all - tile * WIDTH))
    let bytes = this.kept.get(path)
    if (!bytes) this.kept.set(path, (bytes = this.bytes(path)))
    const start = (at % WIDTH) * 32
    return (await bytes).slice(start, start + 32)
  }

  /** The hash over the entries from `start` on, `count` of them, as the tree of `size` entries has it. */
  async range(start: number, count: number): Promise<Hash> {
    let level = 0
    let unit = 1
    while (unit * WIDTH <= count) {
      unit *= WIDTH
      level++
    }
    if (unit === count) return this.hash(level, start / unit)
    const k = split(count)
    return nodeHash(await this.range(start, k), await this.range(start + k, count - k))
  }

  /** The consistency proof from an older size (RFC 6962, 2.1.2). */
  async consistencyProof(oldSize: number): Promise<Hash[]> {
    const walk = async (m: number, start: number, n: number, whole: boolean): Promise<Hash[]> => {
      if (m === n) return whole ? [] : [await this.range(start, n)]
      const k = split(n)
      return m <= k
        ? [...(await walk(m, start, k, whole)), await this.range(start + k, n - k)]
        : [...(await walk(m - k, start + k, n - k, false)), await this.range(start, k)]
    }
    return oldSize < 1 || oldSize >= this.size ? [] : walk(oldSize, 0, this.size, true)
  }
}
